"""Matches patterns in texts: the suggestions that exist before any model does."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, cast

from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.util import get_lang_class
from spacy.vocab import Vocab, create_vocab

from loop.alignment import filter_spans
from loop.errors import InputError
from loop.patterns.parsing import Pattern, read_patterns, read_usable
from loop.patterns.trials import compiled, refuse_failing
from loop.records import Span

# Token patterns that only compare spelling; PhraseMatcher looks them up by hash.
_PLAIN_TOKENS = {"lower": "LOWER", "text": "ORTH", "orth": "ORTH"}


class Patterns:
    """Matches patterns, given as objects or as a file in the format of spaCy's EntityRuler and Prodigy.

    Terms, and token patterns that only spell out words, are matched by spaCy's PhraseMatcher, whose running time does
    not grow with their number. All others are left to Matcher, which tries every pattern at every token.

    Terms match in any case. Tokenizers know abbreviations in one case only ("Corp.", but not "CORP."), so both terms
    and texts are lower-cased before tokenization.

    Args:
        nlp: a pipeline with the tokenizer of the texts.
        patterns: the patterns, or their file.
        labels: the labels that patterns may have.
        tried: whether the patterns have been tried out already (see `loop.patterns.trials`).

    Raises:
        InputError: a line is not a pattern, cannot be matched, or has a label that is not one of `labels`.
    """

    def __init__(
        self, nlp: Language, patterns: Path | Iterable[Pattern], *, labels: Collection[str], tried: bool = False
    ) -> None:
        # Terms may be names of people; in the pipeline's own vocabulary every checkpoint would save them.
        self._vocab = vocab_of_language(nlp)
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

    def matches(self, doc: Doc, nlp: Language) -> list[Span]:
        """The spans that patterns match, sorted; of overlapping ones the longest stays. `doc` is not changed.

        `nlp` is the pipeline that made `doc`; it must have the tokenizer that the patterns were built with.
        """
        return list(filter_spans(self.all_matches(doc, nlp)))

    def all_matches(self, doc: Doc, nlp: Language) -> set[Span]:
        """Like `matches`, with those that overlap others."""
        found = {Span(*place, label) for label, place in self._of_terms(doc, nlp)}
        matchers: list[Any] = [*self._phrases.values(), self._matcher]
        for matcher in matchers:
            if len(matcher):  # an empty matcher warns at every text
                found |= {_span(doc, *match, self._vocab) for match in self._matches(matcher, doc)}
        return found

    def _of_terms(self, doc: Doc, nlp: Language) -> Iterable[tuple[str, tuple[int, int]]]:
        if not self._has_terms:
            return
        lowered = nlp.make_doc(lower_cased(doc.text))
        starts, ends = {token.idx for token in doc}, {token.idx + len(token) for token in doc}
        for label, first, end in self._terms(lowered):
            place = lowered[first].idx, lowered[end - 1].idx + len(lowered[end - 1])
            if place[0] in starts and place[1] in ends:
                yield self._vocab.strings[label], place

    def _matches(self, matcher: Any, doc: Doc) -> Iterable[tuple[int, int, int]]:
        try:
            return cast(Iterable[tuple[int, int, int]], matcher(doc))
        except Exception as error:  # extension attributes are the user's code and may fail on this text
            self._leave_out_failing(doc, error)
            return self._matches(self._matcher, doc) if self._tokens else ()

    def _leave_out_failing(self, doc: Doc, error: Exception) -> None:
        kept = [pattern for pattern in self._tokens if _runs(pattern, doc)]
        for pattern in self._tokens:
            if pattern not in kept:
                say_left_out(pattern.refusal(f"failed while it was matched: {type(error).__name__}."))
        # If none fails on its own, drop them all: patterns are optional.
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


def lower_cased(text: str) -> str:
    """Lower-case a text without changing its length."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _spelled(pattern: Pattern, nlp: Language) -> tuple[str, list[str]]:
    """The attribute to compare ("" for a term) and the words of a spelling-only pattern; no words for others."""
    if isinstance(pattern.pattern, str):
        return "", [token.text for token in nlp.make_doc(lower_cased(pattern.pattern)) if not token.is_space]
    tokens = [(name, value) for token in pattern.pattern if len(token) == 1 for name, value in token.items()]
    attributes = {_PLAIN_TOKENS.get(name.lower(), "") for name, _ in tokens}
    plain = len(tokens) == len(pattern.pattern) and all(isinstance(value, str) and value for _, value in tokens)
    attribute = attributes.pop() if len(attributes) == 1 else ""
    # As in spaCy, a LOWER value with capitals matches nothing.
    if not plain or not attribute or (attribute == "LOWER" and any(value != value.lower() for _, value in tokens)):
        return "", []
    return attribute, [value for _, value in tokens]


def vocab_of_language(nlp: Language) -> Vocab:
    """A new vocabulary of the pipeline's language, as in `spacy.blank` but without its tokenizer, which is slow."""
    language = nlp.lang or "xx"
    return create_vocab(language, get_lang_class(language).Defaults)


def usable(path: Path, nlp: Language, labels: Collection[str]) -> tuple[list[Pattern], list[InputError]]:
    """Return the usable patterns of a file, and an error for each of the others.

    Raises:
        InputError: the file cannot be read.
    """
    return usable_of(read_usable(path, labels), nlp)


def usable_of(given: Iterable[Pattern | InputError], nlp: Language) -> tuple[list[Pattern], list[InputError]]:
    """Return those patterns that can be matched, and the errors, with one for each of the others."""
    good: list[Pattern] = []
    bad: list[InputError] = []
    vocab = vocab_of_language(nlp)
    with nlp.memory_zone():
        for found in given:
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
    """Note in the trainer's log that a pattern is not used."""
    print(f"Pattern ignored. {error}", file=sys.stderr)
