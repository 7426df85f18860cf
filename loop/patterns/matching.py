"""Match patterns: what the annotator can list before any model exists, and add to at any time."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from loop.alignment import longest
from loop.errors import InputError
from loop.patterns.parsing import Pattern, read_patterns, read_usable
from loop.patterns.trials import compiled, refuse_failing
from loop.records import Span
from loop.settings import ProjectPaths, Settings

Version = tuple[int, int] | None
"""When a file was changed, in nanoseconds, and its size; None where there is none."""

# Tokens of patterns that ask for no more than how a word is written: matched by hash, however many there are.
_PLAIN_TOKENS = {"lower": "LOWER", "text": "ORTH", "orth": "ORTH"}


class Patterns:
    """Patterns, or those of a file in the format of spaCy's EntityRuler and of Prodigy: a JSON object a line.

    Terms, and token patterns that only spell words out, are matched by spaCy's PhraseMatcher, whose time does not grow
    with their number; its Matcher, which tries every pattern at every token, is left to the others.

    A term matches in whatever case, as a person who lists terms expects. Since tokenizers know abbreviations in one
    case alone ("Corp.", but not "CORP."), terms and texts are put in lower case first and tokenized then.

    Patterns that were not `tried` are, before they are used.

    Raises:
        InputError: a line is no pattern or could not be matched, or its label is none of `labels`.
    """

    def __init__(
        self, nlp: Language, patterns: Path | Iterable[Pattern], *, labels: Collection[str], tried: bool = False
    ) -> None:
        # Terms may be names: in the pipeline's own vocabulary they would be saved with every checkpoint.
        self._vocab = spacy.blank(nlp.lang or "xx").vocab
        self._terms = PhraseMatcher(self._vocab)
        self._phrases = {attribute: PhraseMatcher(self._vocab, attr=attribute) for attribute in ("LOWER", "ORTH")}
        self._tokens: list[Pattern] = []
        given = read_patterns(patterns, labels) if isinstance(patterns, Path) else patterns
        docs: dict[tuple[str, str], list[Doc]] = defaultdict(list)
        with nlp.memory_zone():
            for pattern in given:
                attribute, words = _spelled(pattern, nlp)
                if words:
                    docs[attribute, pattern.label].append(Doc(self._vocab, words=words))
                else:
                    if not tried:
                        refuse_failing(pattern, nlp, self._vocab)
                    self._tokens.append(pattern)
        self._has_terms = any(attribute == "" for attribute, _ in docs)
        for (attribute, label), found in docs.items():
            (self._phrases[attribute] if attribute else self._terms).add(label, found)
        self._matcher = _joined(self._tokens, self._vocab)

    def hits(self, doc: Doc, nlp: Language) -> list[Span]:
        """The spans that patterns match, sorted; where they overlap the longest stays. `doc` is left as it is.

        It was made by `nlp`, which has the tokenizer that the patterns were made with.
        """
        found = {Span(*place, label) for label, place in self._of_terms(doc, nlp)}
        matchers: list[Any] = [*self._phrases.values(), self._matcher]
        for matcher in matchers:
            if len(matcher):  # an empty one would warn at every text
                found |= {_span(doc, *match, self._vocab) for match in self._matches(matcher, doc)}
        return list(longest(found))

    def _of_terms(self, doc: Doc, nlp: Language) -> Iterable[tuple[str, tuple[int, int]]]:
        if not self._has_terms:
            return
        lowered = nlp.make_doc(_lower(doc.text))
        starts, ends = {token.idx for token in doc}, {token.idx + len(token) for token in doc}
        for label, first, end in self._terms(lowered):
            place = lowered[first].idx, lowered[end - 1].idx + len(lowered[end - 1])
            if place[0] in starts and place[1] in ends:
                yield self._vocab.strings[label], place

    def _matches(self, matcher: Any, doc: Doc) -> Iterable[tuple[int, int, int]]:
        try:
            return cast(Iterable[tuple[int, int, int]], matcher(doc))
        except Exception as error:  # extension attributes are the user's code, and may fail at this very text
            self._leave_out_failing(doc, error)
            return self._matches(self._matcher, doc) if self._tokens else ()

    def _leave_out_failing(self, doc: Doc, error: Exception) -> None:
        kept = [pattern for pattern in self._tokens if _runs(pattern, doc)]
        for pattern in self._tokens:
            if pattern not in kept:
                say_left_out(pattern.refusal(f"failed while it was matched: {type(error).__name__}."))
        # Where none fails alone, none is used: questions can do without.
        self._tokens = kept if len(kept) < len(self._tokens) else []
        self._matcher = _joined(self._tokens, self._vocab)


def _joined(patterns: Iterable[Pattern], vocab: Vocab) -> Matcher:
    matcher = Matcher(vocab, validate=True)
    for pattern in patterns:
        matcher.add(pattern.label, [cast(list[dict[str, Any]], pattern.pattern)])
    return matcher


def _runs(pattern: Pattern, doc: Doc) -> bool:
    try:
        compiled(pattern, doc.vocab)(doc)
    except Exception:
        return False
    return True


def _span(doc: Doc, label: int, start: int, end: int, vocab: Vocab) -> Span:
    last = doc[end - 1]
    return Span(doc[start].idx, last.idx + len(last), vocab.strings[label])


def _lower(text: str) -> str:
    """A text in lower case, as long as it was."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _spelled(pattern: Pattern, nlp: Language) -> tuple[str, list[str]]:
    """How the words of a pattern are to be compared ("" for a term), and the words; none when it asks for more."""
    if isinstance(pattern.pattern, str):
        return "", [token.text for token in nlp.make_doc(_lower(pattern.pattern)) if not token.is_space]
    tokens = [(name, value) for token in pattern.pattern if len(token) == 1 for name, value in token.items()]
    attributes = {_PLAIN_TOKENS.get(name.lower(), "") for name, _ in tokens}
    plain = len(tokens) == len(pattern.pattern) and all(isinstance(value, str) and value for _, value in tokens)
    attribute = attributes.pop() if len(attributes) == 1 else ""
    # What is compared with lower-cased words must be lower case itself; otherwise it can match nothing, as in spaCy.
    if not plain or not attribute or (attribute == "LOWER" and any(value != value.lower() for _, value in tokens)):
        return "", []
    return attribute, [value for _, value in tokens]


def usable(path: Path, nlp: Language, labels: Collection[str]) -> tuple[list[Pattern], list[InputError]]:
    """Return the patterns of a file that can be used, and what is wrong with the others.

    Raises:
        InputError: the file cannot be read.
    """
    good: list[Pattern] = []
    bad: list[InputError] = []
    vocab = spacy.blank(nlp.lang or "xx").vocab
    with nlp.memory_zone():
        for found in read_usable(path, labels):
            try:
                if isinstance(found, InputError):
                    raise found
                if not _spelled(found, nlp)[1]:
                    refuse_failing(found, nlp, vocab)
                good.append(found)
            except InputError as error:
                bad.append(error)
    return good, bad


def say_left_out(error: InputError) -> None:
    """Say in the trainer's log that a pattern is not used."""
    print(f"A pattern is left out. {error}", file=sys.stderr)


class PatternsFile:
    """The project's file of patterns, read anew when it has changed.

    Attributes:
        path: the file. Without a setting it is `patterns.jsonl`, which need not be there.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings) -> None:
        self.path = paths.patterns(settings.project.patterns)
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

        Lines that are no patterns, or that cannot be matched, are left out, and said in the trainer's log.

        Raises:
            InputError: the file that a setting names cannot be read.
        """
        if self.changed or self._patterns is None:
            self._seen = self._version()
            there = self._needed or self._seen is not None
            self._patterns = self._usable(nlp) if there else None
        patterns = self._patterns
        return (lambda doc: patterns.hits(doc, nlp)) if patterns else None

    def problems(self, nlp: Language) -> list[InputError]:
        """What is wrong with lines of the file; nothing without one."""
        return usable(self.path, nlp, self._labels)[1] if self.path.exists() else []

    def _usable(self, nlp: Language) -> Patterns:
        good, bad = usable(self.path, nlp, self._labels)
        for error in bad:
            say_left_out(error)
        return Patterns(nlp, good, labels=self._labels, tried=True)

    def _version(self) -> Version:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
