"""Parse JSON strictly: no NaN, no lone surrogates."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from loop.formats.raw import BadRowError


def _no_json(_constant: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_json, parse_float=_finite)
_SPACE, _SPACE_AND_COMMA = re.compile(r"[ \t\r\n]*"), re.compile(r"[ \t\r\n,]*")


def parsed(content: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        BadRowError: it is not valid JSON.
    """
    with _refusals():
        value = _DECODER.decode(content)
        _refuse_half_characters(content, value)
        return value


def parsed_all(content: str) -> Iterator[tuple[int, Any]]:
    """Yield (start offset, value) for each element of a list, or for each of several concatenated values.

    Raises:
        BadRowError: the content is not valid JSON.
    """
    at = _end(_SPACE, content, 0)
    between = _SPACE
    if content[at : at + 1] == "[":
        parsed(content)  # check the list as a whole before its elements
        at, between = at + 1, _SPACE_AND_COMMA
    with _refusals():
        while (start := _end(between, content, at)) < len(content) and content[start] != "]":
            value, at = _DECODER.raw_decode(content, start)
            _refuse_half_characters(content[start:at], value)
            yield start, value


def _end(pattern: re.Pattern[str], content: str, at: int) -> int:
    found = pattern.match(content, at)
    return at if found is None else found.end()


def _refuse_half_characters(content: str, value: Any) -> None:
    if "\\ud" in content.lower():  # a lone surrogate can only come from an escape
        json.dumps(value, ensure_ascii=False).encode()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        hint = "If the file has another format, name it with --format."
        raise BadRowError(f"is not valid JSON: {error.msg} ({where}).", hint) from None
    except UnicodeEncodeError:
        raise BadRowError("contains half of a surrogate pair, which is not a character.") from None
    except (ValueError, RecursionError):
        raise BadRowError("contains NaN, an infinite number, or too deeply nested brackets.") from None
