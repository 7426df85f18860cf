"""The terms of a pool: words, and sequences of words that belong together, with their counts and places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

import numpy as np
from spacy.attrs import IDX, LENGTH, ORTH
from spacy.language import Language

from loop.held_out import Teaching
from loop.patterns.matching import lower_cased
from loop.terms.word_sequences import Flags, Ids, Roles, sequences

PLACES = 3
READ = 500  # places, to find the most frequent spelling
JOINING = frozenset("-–'’&/+.")
# Of a language without a list of stop words: what stands in more of the texts is one.
COMMON = 0.25
WORD, STOP, NUMBER, LETTER, JOIN, BREAK = range(6)

Words: TypeAlias = tuple[str, ...]
"""A term: its words in lower case, as the pipeline's tokenizer cuts them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands: character offsets into a text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the pool.

    Attributes:
        words: see `Words`.
        string: its most frequent spelling.
        count: how often it occurs.
        texts: in how many texts.
        places: up to three of them, drawn at random.
    """

    words: Words
    string: str
    count: int
    texts: int
    places: tuple[Place, ...] = ()


class PoolTerms:
    """The terms of some texts of the pool, which are matched as `loop.patterns.matching` does: in any case.

    No word of them reaches the vocabulary of `nlp`.

    Attributes:
        size: number of texts.
        words: all different words. capitals: how often each begins with a capital letter, 0 to 1.
        candidates: what may be proposed, with counts.
    """

    def __init__(self, texts: Sequence[Teaching], nlp: Language, *, seed: int = 0) -> None:
        self.size, self._texts, self._nlp, self._seed = len(texts), texts, nlp, seed
        self._cut: dict[str, Words] = {}
        with nlp.memory_zone():
            docs = (nlp.make_doc(lower_cased(text.text)) for text in texts)
            rows = [np.empty((0, 3), np.uint64), *(doc.to_array([ORTH, IDX, LENGTH]) for doc in docs)]
            tokens = np.concatenate(rows)
            keys, self.ids = np.unique(tokens[:, 0], return_inverse=True)
            self.words = tuple(nlp.vocab.strings[key] for key in keys.tolist())
            kinds = np.array([_kind(nlp.vocab[word]) for word in self.words], dtype=np.int8)
        self._number = {word: number for number, word in enumerate(self.words)}
        self.of = np.repeat(np.arange(self.size), [len(row) for row in rows[1:]])
        self._starts = tokens[:, 1].astype(np.int64)
        self._ends = self._starts + tokens[:, 2].astype(np.int64)
        self.capitals = self._capitals()
        found = sequences(self.ids, self.of, self._roles(kinds))
        self.candidates = {tuple(self.words[number] for number in term): count for term, count in found}

    def _capitals(self) -> Any:
        places = zip(self.of.tolist(), self._starts.tolist(), strict=True)
        capital = [self._texts[text].text[start].isupper() for text, start in places]
        several = len(self.words)
        return np.bincount(self.ids, capital, several) / np.maximum(np.bincount(self.ids, minlength=several), 1)

    def _roles(self, kinds: Any) -> Roles:
        alone = kinds == WORD
        if not (kinds == STOP).any():
            alone &= self._texts_with() <= max(1, COMMON * self.size)
        first = alone | (kinds == LETTER)
        return Roles(alone, first, last=first | (kinds == NUMBER), inside=kinds != BREAK)

    def _texts_with(self) -> Ids:
        """In how many texts each word stands."""
        several = max(1, len(self.words))
        words: Ids = np.unique(self.of * several + self.ids) % several
        return np.asarray(np.bincount(words, minlength=len(self.words)), np.int64)

    def words_of(self, string: str) -> Words:
        """The words of a string, as a pattern for it is matched."""
        (words,) = self.words_of_each([string])
        return words

    def words_of_each(self, strings: Iterable[str]) -> list[Words]:
        """The words of each string."""
        given = list(strings)
        with self._nlp.memory_zone():
            for string in given:
                if string not in self._cut:
                    doc = self._nlp.make_doc(lower_cased(string))
                    self._cut[string] = tuple(token.text for token in doc if not token.is_space)
        return [self._cut[string] for string in given]

    def term(self, words: Words) -> Term | None:
        """A term of the pool, proposed or not; None if it occurs nowhere, or nowhere as a pattern would match it."""
        found = self._found(words)
        if not len(found):
            return None
        texts = self.of[found]
        spellings = Counter(self._string(at, len(words)) for at in found[:READ].tolist())
        string = " ".join(max(spellings, key=lambda each: (spellings[each], each)).split())
        if self.words_of(string) != words:
            return None
        rng = Random(f"{self._seed} {words}")
        _, first = np.unique(texts, return_index=True)  # from different texts
        drawn = rng.sample(found[first].tolist(), min(PLACES, len(first)))
        return Term(words, string, len(found), len(first), tuple(self._place(at, len(words)) for at in drawn))

    def has(self, words: Words) -> bool:
        """Whether all words of a term occur in the pool."""
        return all(word in self._number for word in words)

    def longer(self, words: Words, side: int) -> Words | None:
        """The term with the word that stands beside it most often, on the left (-1) or right (1); None without any."""
        found = self._found(words)
        next_to = found - 1 if side < 0 else found + len(words)
        there = (next_to >= 0) & (next_to < len(self.ids))
        next_to, found = next_to[there], found[there]
        numbers = self.ids[next_to[self.of[next_to] == self.of[found]]]
        counts = np.bincount(numbers) if len(numbers) else numbers
        word = self.words[int(counts.argmax())] if len(counts) else ""
        if not word.strip():
            return None
        return (word, *words) if side < 0 else (*words, word)

    def _found(self, words: Words) -> Ids:
        """The tokens at which a term begins."""
        numbers = [self._number.get(word) for word in words]
        if None in numbers or not numbers or len(words) > len(self.ids):
            return np.zeros(0, np.int64)
        begins: Flags = np.ones(len(self.ids) - len(words) + 1, bool)
        for n, number in enumerate(numbers):
            begins &= self.ids[n : n + len(begins)] == number
        found = np.flatnonzero(begins)
        same: Flags = self.of[found] == self.of[found + len(words) - 1]
        return np.asarray(found[same], np.int64)

    def _string(self, at: int, size: int) -> str:
        place = self._place(at, size)
        return place.text[place.start : place.end]

    def _place(self, at: int, size: int) -> Place:
        return Place(self._texts[self.of[at]].text, int(self._starts[at]), int(self._ends[at + size - 1]))


def _kind(lexeme: Any) -> int:
    word: str = lexeme.text
    if word in JOINING:
        return JOIN
    if lexeme.like_url or lexeme.like_email or not any(map(str.isalnum, word)):
        return BREAK
    if lexeme.is_stop:
        return STOP
    if lexeme.like_num or not any(map(str.isalpha, word)):
        return NUMBER
    return LETTER if len(word) == 1 and word.isascii() else WORD
