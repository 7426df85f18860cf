"""Match patterns: what the annotator can list before any model exists, and add to at any time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import spacy
from spacy.errors import MatchPatternError
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from loop.alignment import longest
from loop.errors import InputError
from loop.formats.lines import numbered_lines, source_name
from loop.formats.patterns import PATTERNS_NAME
from loop.formats.writing import write_jsonl
from loop.records import Span
from loop.settings import ProjectPaths, Settings

Version = tuple[int, int] | None
"""When a file was changed, in nanoseconds, and its size; None where there is none."""

# Tokens of patterns that ask for no more than how a word is written: matched by hash, however many there are.
_PLAIN_TOKENS = {"lower": "LOWER", "text": "ORTH", "orth": "ORTH"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of a file of patterns: a term, or a list of spaCy's token patterns, and the label of what it finds."""

    label: str
    pattern: str | list[dict[str, Any]]
    source: str
    line: int

    @property
    def row(self) -> dict[str, Any]:
        """The pattern as the EntityRuler and Prodigy write it."""
        return {"label": self.label, "pattern": self.pattern}


class Patterns:
    """Patterns, or those of a file in the format of spaCy's EntityRuler and of Prodigy: a JSON object a line.

    Terms, and token patterns that only spell words out, are matched by spaCy's PhraseMatcher, whose time does not grow
    with their number; its Matcher, which tries every pattern at every token, is left to the others.

    Raises:
        InputError: a line is no pattern, or its label is none of `labels`.
    """

    def __init__(self, nlp: Language, patterns: Path | Iterable[Pattern], *, labels: Collection[str]) -> None:
        # Terms may be names: in the pipeline's own vocabulary they would be saved with every checkpoint.
        self._vocab = spacy.blank(nlp.lang or "xx").vocab
        phrases = {attribute: PhraseMatcher(self._vocab, attr=attribute) for attribute in ("LOWER", "ORTH")}
        self._tokens: Matcher = Matcher(self._vocab, validate=True)
        terms: dict[tuple[str, str], list[Doc]] = defaultdict(list)
        given = read_patterns(patterns, labels) if isinstance(patterns, Path) else patterns
        with nlp.memory_zone():
            for pattern in given:
                spelled = _spelled(pattern, nlp)
                if spelled:
                    terms[spelled[0], pattern.label].append(Doc(self._vocab, words=spelled[1]))
                else:
                    self._add(pattern)
        for (attribute, label), docs in terms.items():
            phrases[attribute].add(label, docs)
        every: list[Any] = [*phrases.values(), self._tokens]
        # An empty one would warn at every text.
        self._matchers = [matcher for matcher in every if len(matcher)]

    def _add(self, pattern: Pattern) -> None:
        try:
            self._tokens.add(pattern.label, [cast(list[dict[str, Any]], pattern.pattern)])
        except (MatchPatternError, ValueError, TypeError, KeyError):
            problem = "is no pattern that spaCy's Matcher understands."
            raise InputError(pattern.source, problem, line=pattern.line, hint=_HINT) from None

    def hits(self, doc: Doc) -> list[Span]:
        """The spans that patterns match, sorted; where they overlap the longest stays. `doc` is left as it is."""
        found = []
        for matcher in self._matchers:
            for label, start, end in matcher(doc):
                last = doc[end - 1]
                found.append(Span(doc[start].idx, last.idx + len(last), self._vocab.strings[label]))
        return list(longest(set(found)))


class PatternsFile:
    """The project's file of patterns, read anew when it has changed.

    Attributes:
        path: the file. Without a setting it is `patterns.jsonl`, which need not be there.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings) -> None:
        self.path = paths.resolve(settings.project.patterns or PATTERNS_NAME)
        self._needed = settings.project.patterns is not None
        self._labels = settings.project.labels
        self._seen = self._version()
        self._patterns: Patterns | None = None

    @property
    def changed(self) -> bool:
        """Whether the file is another one than when it was last looked at."""
        return self._seen != self._version()

    def hits(self, nlp: Language) -> Callable[[Doc], list[Span]] | None:
        """What finds the patterns in docs of a pipeline that has the tokenizer of `nlp`; None without a file.

        Raises:
            InputError: the file that a setting names cannot be read, or a line of it.
        """
        if self.changed or self._patterns is None:
            self._seen = self._version()
            there = self._needed or self._seen is not None
            self._patterns = Patterns(nlp, self.path, labels=self._labels) if there else None
        return self._patterns.hits if self._patterns else None

    def _version(self) -> Version:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


def add_patterns(path: Path, new: Iterable[Pattern], *, labels: Collection[str]) -> tuple[int, int]:
    """Add patterns to the end of a file, those that it holds already left out; return how many were added and known.

    The file is written aside and put in place, so that a trainer never reads half of it.

    Raises:
        InputError: the file holds something else.
        LoopError: it cannot be written.
    """
    old = list(read_patterns(path, labels)) if path.exists() else []
    rows = [pattern.row for pattern in old]
    known = {json.dumps(row, sort_keys=True) for row in rows}
    added = seen = 0
    for pattern in new:
        seen += 1
        key = json.dumps(pattern.row, sort_keys=True)
        if key not in known:
            known.add(key)
            rows.append(pattern.row)
            added += 1
    if added:
        write_jsonl(rows, path)
    return added, seen - added


_HINT = 'A pattern is {"label": "PART", "pattern": "brake pad"} or {"label": …, "pattern": [{"lower": "brake"}, …]}.'


def _spelled(pattern: Pattern, nlp: Language) -> tuple[str, list[str]] | None:
    """How the words of a pattern are to be compared, and the words; None when it asks for more."""
    if isinstance(pattern.pattern, str):
        # A term matches in whatever case, as a person who lists terms expects.
        return "LOWER", [token.text for token in nlp.make_doc(pattern.pattern) if not token.is_space]
    tokens = [(name, value) for token in pattern.pattern if len(token) == 1 for name, value in token.items()]
    attributes = {_PLAIN_TOKENS.get(name.lower()) for name, _ in tokens}
    plain = len(tokens) == len(pattern.pattern) and all(isinstance(value, str) and value for _, value in tokens)
    attribute = attributes.pop() if len(attributes) == 1 else None
    # What is compared with lower-cased words must be lower case itself; otherwise it can match nothing, as in spaCy.
    if not plain or attribute is None or (attribute == "LOWER" and any(value != value.lower() for _, value in tokens)):
        return None
    return attribute, [value for _, value in tokens]


def read_patterns(path: Path | str, labels: Collection[str]) -> Iterator[Pattern]:
    """Yield the pattern of every line that is not blank.

    Raises:
        InputError: a line is no pattern, or its label is none of `labels`.
    """
    return (_pattern(line, path, number, labels) for number, line in numbered_lines(path) if line.strip())


def _pattern(line: str, path: Path | str, number: int, labels: Collection[str]) -> Pattern:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(path, "not JSON", line=number, hint=_HINT) from None
    if not isinstance(row, dict) or not isinstance(row.get("label"), str) or not _can_match(row.get("pattern")):
        raise InputError(path, "not a pattern", line=number, hint=_HINT)
    if row["label"] not in labels:
        raise InputError(
            path,
            f"the label {row['label']!r} is none of the project's ({', '.join(labels)})",
            line=number,
            hint="Add it with `loop labels add`, or take the line out.",
        )
    return Pattern(row["label"], row["pattern"], source_name(path), number)


def _can_match(pattern: object) -> bool:
    if isinstance(pattern, str):
        return bool(pattern.strip())
    return isinstance(pattern, list) and bool(pattern) and all(isinstance(token, dict) for token in pattern)
