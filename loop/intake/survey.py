"""Look at the texts that come in: how long they are, and what would make them hard to annotate or to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from spacy.language import Language

from loop.intake.cleaning import CLEANINGS
from loop.intake.languages import UNSPACED, Guess, main_script, other_language, script
from loop.intake.sketches import SeenTexts
from loop.intake.texts import cut_by
from loop.records import Split
from loop.store import NewText

# What takes long is looked for in a random sample of so many texts, in their first characters.
SAMPLE, BEGINNING = 1_000, 1_000
# Texts to show.
FIRST = 10
# Near-duplicates have to be compared with one another: among the first texts, so many or so many characters.
COMPARED, COMPARED_CHARACTERS = 5_000, 2_000_000
# A longer text is hard to read at once, and to answer: in words, or letters of a script without spaces.
LONG, LONG_UNSPACED = 200, 400
# No word of a script without spaces is as long: the tokenizer cannot tell words apart.
LONG_TOKEN = 10
# Smallest shares of the texts that are worth a remark; what is rarer is the exception.
MOST, SOME, FEW = 0.5, 0.05, 0.01

FindingKind = Literal["long", "sentences", "tags", "references", "encoding", "near", "unparted", "language"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in `texts` of `of` texts.

    Attributes:
        within: of which texts these are: all, a random sample, or the first ones.
        most: of a long text, its words (or characters, if `unspaced`); of words not told apart, the characters of the
            longest token.
        language: the language that the texts are in, if it is clearly another than the base's.
    """

    kind: FindingKind
    texts: int
    of: int
    within: Literal["all", "sample", "first"] = "all"
    most: int = 0
    unspaced: bool = False
    language: Guess | None = None


class Survey:
    """Counts what texts are like while they pass by; needs little memory, however many there are.

    Args:
        split: how the texts were split.

    Attributes:
        texts: their number. first: the first ones.
    """

    def __init__(self, *, split: Split = "none") -> None:
        self.texts = 0
        self.first: list[str] = []
        self._split = split
        self._counts: Counter[str] = Counter()
        self._longest: Counter[str] = Counter()
        self._sample: list[str] = []
        self._seen = SeenTexts()
        self._characters = 0
        self._rng = Random(0)

    def watch(self, new: Iterable[NewText]) -> Iterator[NewText]:
        """Yield the texts unchanged and count them."""
        for one in new:
            self._look_at(one.text)
            yield one

    def _look_at(self, text: str) -> None:
        self.texts += 1
        if len(self.first) < FIRST:
            self.first.append(text)
        for unit, length, long in (("words", len(text.split()), LONG), ("characters", len(text), LONG_UNSPACED)):
            self._counts[unit] += length > long
            self._longest[unit] = max(self._longest[unit], length)
        for kind, find in CLEANINGS.items():
            self._counts[kind] += any(True for _ in find(text))
        self._characters += len(text)
        if self.texts <= COMPARED and self._characters <= COMPARED_CHARACTERS:
            self._counts["compared"] += 1
            self._counts["near"] += self._seen.is_near(text)
        if len(self._sample) < SAMPLE:
            self._sample.append(text[:BEGINNING])
        elif (place := self._rng.randrange(self.texts)) < SAMPLE:
            self._sample[place] = text[:BEGINNING]

    def findings(self, nlp: Language) -> list[Finding]:
        """Return what was found, for texts that `nlp` shall tokenize."""
        found = [*self._lengths(), *self._sentences(nlp), *self._cleanings(), *self._near_duplicates()]
        unparted = list(self._unparted(nlp))
        return found + (unparted or list(self._language(nlp)))

    def _lengths(self) -> Iterator[Finding]:
        unspaced = main_script(self._sample) in UNSPACED
        unit = "characters" if unspaced else "words"
        if long := self._counts[unit]:
            yield Finding("long", long, self.texts, most=self._longest[unit], unspaced=unspaced)

    def _sentences(self, nlp: Language) -> Iterator[Finding]:
        cut = cut_by("sentence", nlp)
        several = sum(sum(bool(one) for one in cut(text)) > 1 for text in self._sample)
        if self._split != "sentence" and several and several >= MOST * len(self._sample):
            yield self._in_sample("sentences", several)

    def _cleanings(self) -> Iterator[Finding]:
        for kind in CLEANINGS:
            if texts := self._counts[kind]:
                yield Finding(kind, texts, self.texts)

    def _near_duplicates(self) -> Iterator[Finding]:
        near, compared = self._counts["near"], self._counts["compared"]
        if near and near >= FEW * compared:
            yield Finding("near", near, compared, within="all" if compared == self.texts else "first")

    def _unparted(self, nlp: Language) -> Iterator[Finding]:
        longest = [_longest_unparted(text, nlp) for text in self._sample]
        texts = sum(map(bool, longest))
        if texts and texts >= SOME * len(self._sample):
            yield self._in_sample(
                "unparted", texts, most=max(longest), language=other_language(self._sample, nlp.lang or "")
            )

    def _language(self, nlp: Language) -> Iterator[Finding]:
        if language := other_language(self._sample, nlp.lang or ""):
            yield self._in_sample("language", len(self._sample), language=language)

    def _in_sample(self, kind: FindingKind, texts: int, *, most: int = 0, language: Guess | None = None) -> Finding:
        of = len(self._sample)
        return Finding(kind, texts, of, "all" if of == self.texts else "sample", most=most, language=language)


def _longest_unparted(text: str, nlp: Language) -> int:
    """The length of the longest token that holds several words of a script without spaces, 0 if there is none."""
    tokens = [] if text.isascii() else [token.text for token in nlp.tokenizer(text) if len(token) > LONG_TOKEN]
    return max((len(one) for one in tokens if sum(script(char) in UNSPACED for char in one) > LONG_TOKEN), default=0)
