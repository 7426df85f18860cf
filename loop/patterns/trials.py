"""Tries patterns out before use: on a sample doc from the project's pipeline, and on an empty one."""

from __future__ import annotations

import re
import warnings
from typing import Any, cast

from spacy.errors import MatchPatternError
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.vocab import Vocab

from loop.patterns.parsing import Pattern

SAMPLE = "Ann paid 3 % of 10 euros, Bob (a friend) left."
# Attributes set by components, which run after pattern matching; some tokenizers set a few (Japanese, Korean).
_SET_BY_COMPONENTS = {name: name for name in ("POS", "TAG", "LEMMA", "MORPH", "DEP", "SENT_START")}
_SET_BY_COMPONENTS |= {"IS_SENT_START": "SENT_START"}
_ENTITIES = frozenset({"ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"})


def compiled(pattern: Pattern, vocab: Vocab) -> Matcher:
    """Compile one token pattern into a matcher.

    Raises:
        InputError: spaCy does not understand the pattern.
    """
    matcher = Matcher(vocab, validate=True)
    try:
        matcher.add(pattern.label, [cast(list[dict[str, Any]], pattern.pattern)])
    except re.error as error:
        raise pattern.refusal(f"contains an invalid regular expression: {error.msg}.") from None
    except (MatchPatternError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise pattern.refusal("is not a pattern that spaCy's Matcher understands.") from None
    return matcher


def refuse_failing(pattern: Pattern, nlp: Language, vocab: Vocab) -> None:
    """Refuse a token pattern that tests an attribute nothing sets before matching, or that fails when it is matched.

    Raises:
        InputError: the pattern cannot be used; names the file and the line.
    """
    matcher, sample = compiled(pattern, vocab), nlp.make_doc(SAMPLE)
    for name in sorted({str(name).upper() for token in cast(list[dict[str, Any]], pattern.pattern) for name in token}):
        attribute = _SET_BY_COMPONENTS.get(name)
        if name in _ENTITIES or (attribute and not sample.has_annotation(attribute)):
            raise pattern.refusal(f"tests {name}, which is not set yet when patterns are matched.")
    for doc in (sample, nlp.make_doc("")):
        try:
            matcher(doc)
        except Exception as error:  # extension attributes are the user's code
            hint = "are its extension attributes registered?"
            raise pattern.refusal(f"cannot be matched ({type(error).__name__}): {hint}") from None


def caveat(pattern: Pattern, nlp: Language) -> str:
    """Return a warning about a usable pattern that is probably a mistake, or ""."""
    if isinstance(pattern.pattern, str):
        return ""
    for token in pattern.pattern:
        for name, value in token.items():
            if problem := _never(str(name).upper(), value):
                return f"can never match: {problem}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doc = nlp.make_doc(SAMPLE)
        found = {n for _, start, end in compiled(pattern, nlp.vocab)(doc) for n in range(start, end)}
    return "matches every token" if len(found) == len(doc) else ""


def _never(name: str, value: object) -> str:
    if name == "LOWER" and isinstance(value, str) and value != value.lower():
        return "LOWER is compared with lower case"
    if name in ("LOWER", "TEXT", "ORTH", "NORM") and isinstance(value, str) and any(map(str.isspace, value.strip())):
        return f"{name} is compared with one token, which contains no space"
    if isinstance(value, dict) and value.get("IN") == []:
        return "its list IN is empty"
    return ""
