"""Where a text may be cut: at the end of a paragraph, sentence, line, clause or word."""

from __future__ import annotations

import re
from collections.abc import Callable

Fits = Callable[[re.Match[str]], bool]

# A shorter line is one of its own, such as an item of a list; a longer one may have been wrapped anywhere.
WRAPPED = 30
# A capitalised word of so few letters before a period may be an abbreviation, as in "Prof. Smith" or "St. Louis".
ABBREVIATION = 4

# Characters of a word that are looked at.
LONGEST = 30

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"""[.!?…]["'”’»)\]]*\s+|:\s*\n|[。！？]["'”’」』）]*\s*""")
_LINE = re.compile(r"\n")
_CLAUSE = re.compile(r"[,;:]\s+|[，、；：]")
_SPACE = re.compile(r"\s+")
_WORD_BEFORE = re.compile(r"\w+\Z")
_NOT_SPACE = re.compile(r"\S")


def last_end(text: str, first: int, last: int) -> int:
    """Return where best to cut a text between two places: at the last end of the best kind, or else at `last`."""
    for pattern, fits in (*SENTENCE_ENDS, *OTHER_ENDS):
        ends = [match.end() for match in pattern.finditer(text, first, last) if fits(match)]
        if ends and ends[-1] < len(text):
            return ends[-1]
    return last


def sentence_ends(text: str) -> list[int]:
    """Where paragraphs, sentences and lines of their own end, as far as simple rules can tell; sorted."""
    return sorted({match.end() for pattern, fits in SENTENCE_ENDS for match in pattern.finditer(text) if fits(match)})


def _any(match: re.Match[str]) -> bool:  # noqa: ARG001 (one of several tests)
    return True


def _begins_anew(match: re.Match[str]) -> bool:
    """Whether no lower-case letter follows, which would go on with what was before."""
    return not _next(match).islower()


def _ends_sentence(match: re.Match[str]) -> bool:
    """Whether a sentence ends here, rather than an abbreviation or an initial."""
    return _begins_anew(match) and not (match[0][0] == "." and _is_abbreviated(_word_before(match), _next(match)))


def _is_abbreviated(word: str, following: str) -> bool:
    if not word.isalpha() or len(word) > ABBREVIATION:
        return False
    return len(word) == 1 or word[0].isupper() or following.isdigit()


def _is_own_line(match: re.Match[str]) -> bool:
    begun = match.string.rfind("\n", 0, match.start()) + 1
    return match.start() - begun < WRAPPED or (
        _begins_anew(match) and _parts_no_name(match) and not _is_wrapped(match.string, begun, match.end())
    )


def _is_wrapped(text: str, line: int, following: int) -> bool:
    """Whether one of two lines, which begin there, goes on with or in a line beside them."""
    after = text.find("\n", following) + 1
    return text[line].islower() or (after > 0 and text[after : after + 1].islower())


def _parts_no_name(match: re.Match[str]) -> bool:
    """Whether not both words beside it are capitalised or numbers, as in "New York" and "Room 12"."""
    before = _word_before(match)
    return not (before and all(one[0].isupper() or one[0].isdigit() for one in (before, _next(match) or " ")))


def _next(match: re.Match[str]) -> str:
    found = _NOT_SPACE.search(match.string, match.end())
    return found[0] if found else ""


def _word_before(match: re.Match[str]) -> str:
    """The word that ends where the match begins; empty after punctuation."""
    found = _WORD_BEFORE.search(match.string[max(0, match.start() - LONGEST) : match.start()])
    return found[0] if found else ""


# The best first.
SENTENCE_ENDS: tuple[tuple[re.Pattern[str], Fits], ...] = (
    (_PARAGRAPH, _begins_anew),
    (_SENTENCE, _ends_sentence),
    (_PARAGRAPH, _any),
    (_LINE, _is_own_line),
)
OTHER_ENDS: tuple[tuple[re.Pattern[str], Fits], ...] = (
    (_LINE, _parts_no_name),
    (_CLAUSE, _any),
    (_SPACE, _parts_no_name),
    (_SPACE, _any),
)
