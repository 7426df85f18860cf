"""Pretraining by guessing: the tok2vec learns from texts without answers what words are hidden from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from thinc.api import Adam, LayerNorm, Maxout, Model, Softmax, chain, fix_random_seed

from loop.learning.pretraining import pretrained_layers

# Texts tokenized in one go, and tokens after which a text is cut: no piece of work is to take longer than a step.
READ_AT_ONCE = 100
LONGEST = 500
WORDS_PER_STEP = 1000
LEARN_RATE = 0.002
WARM_UP = 50
# Of the words, as in BERT (Devlin et al. 2019); more of them, since a step of a small network is to teach enough.
HIDDEN = 0.2
MASK = np.uint64(1)
WIDTH = 192
# What is guessed of a hidden word, as columns of HashEmbedCNN's features, and how many values of each are told apart:
# the normalized form, the suffix and the shape. The last two say something of words too rare to be guessed.
GUESSED = {0: 3000, 2: 1000, 3: 100}
RAREST = 3

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]
Ints = NDArray[np.intp]


def guess(nlp: Language, texts: Sequence[str], *, steps: int, seed: int) -> None:
    """Train the tok2vec of our component in place.

    The objective is BERT's cloze, on the hashes that spaCy's HashEmbedCNN embeds (NORM, PREFIX, SUFFIX, SHAPE)
    instead of on copies of the docs, which is what makes spaCy's own `pretrain` slow.
    """
    tok2vec = pretrained_layers(nlp)
    extract = tok2vec.layers[0].layers[0]
    keys: list[Keys] = []
    for start in range(0, len(texts), READ_AT_ONCE):
        keys += _hashes(nlp, extract, texts[start : start + READ_AT_ONCE])
    cloze = _Cloze(tok2vec, keys, seed)
    for step in range(steps):
        cloze.step(_rate(step, steps))


def _hashes(nlp: Language, extract: Model[Any, Any], texts: Sequence[str]) -> Iterator[Keys]:
    """The features of each text, (tokens, features); of a long text in pieces."""
    docs = [doc for doc in map(nlp.make_doc, texts) if len(doc)]
    for found in extract.predict(docs) if docs else ():
        for start in range(0, len(found), LONGEST):
            yield found[start : start + LONGEST].astype(np.uint64)


def _rate(step: int, steps: int) -> float:
    """A short warm-up, then down to nothing in a straight line."""
    return LEARN_RATE * min((step + 1) / WARM_UP, 1 - step / steps)


@dataclass(frozen=True)
class _Guess:
    """What is guessed of one feature: the class of each token, -1 where its value is rare, and the output layer."""

    classes: Ints
    layer: Model[Any, Any]

    def gradient(self, hidden: Floats, tokens: Ints) -> Floats:
        """That of the mean cross-entropy over the hidden words, (words, width)."""
        right = self.classes[tokens]
        known = np.flatnonzero(right >= 0)
        guessed, back = self.layer.begin_update(hidden[known])
        guessed[np.arange(len(known)), right[known]] -= 1
        d_hidden = np.zeros_like(hidden)
        d_hidden[known] = back(guessed / len(tokens))
        return d_hidden


class _Cloze:
    """The network that guesses, and the texts as hashes."""

    def __init__(self, tok2vec: Model[Any, Any], keys: Sequence[Keys], seed: int) -> None:
        fix_random_seed(seed)
        embed, encode = tok2vec.layers
        width = encode.get_dim("nO")
        self._ends = list(accumulate(len(each) for each in keys))
        self._keys = np.concatenate(keys)
        self._body: Model[Any, Any] = chain(*embed.layers[1:], encode)
        self._head: Model[Any, Any] = chain(Maxout(nO=WIDTH, nI=width, nP=3), LayerNorm(nI=WIDTH))
        self._head.initialize()
        self._guesses = [_guess(self._keys[:, column], most) for column, most in GUESSED.items()]
        self._optimizer = Adam(LEARN_RATE, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True)
        self._rng = np.random.default_rng(seed)
        self._batches = _batches(self._ends, Random(seed))

    def step(self, learn_rate: float) -> None:
        """Hide some words of the next texts and learn to guess them."""
        texts = next(self._batches)
        tokens = np.concatenate([np.arange(start, end) for start, end in texts])
        cuts = list(accumulate(end - start for start, end in texts))[:-1]
        hidden = np.flatnonzero(self._rng.random(len(tokens)) < HIDDEN)
        shown = self._hide(tokens, hidden)
        vectors, back = self._body.begin_update(np.split(shown, cuts))
        d_vectors = np.zeros((len(tokens), self._head.layers[0].get_dim("nI")), dtype=np.float32)
        d_vectors[hidden] = self._gradient(np.concatenate(vectors)[hidden], tokens[hidden])
        back(np.split(d_vectors, cuts))
        self._optimizer.learn_rate = learn_rate
        for part in (self._body, self._head, *(guess.layer for guess in self._guesses)):
            part.finish_update(self._optimizer)

    def _hide(self, tokens: Ints, hidden: Ints) -> Keys:
        """The features of the tokens; of the hidden 80 % masked, 10 % those of any token, 10 % as they are."""
        keys = self._keys[tokens]
        how = self._rng.random(len(hidden))
        keys[hidden[how < 0.8]] = MASK
        swapped = hidden[how > 0.9]
        keys[swapped] = self._keys[self._rng.integers(len(self._keys), size=len(swapped))]
        return keys

    def _gradient(self, vectors: Floats, tokens: Ints) -> Floats:
        hidden, back = self._head.begin_update(vectors)
        gradient: Floats = back(sum(guess.gradient(hidden, tokens) for guess in self._guesses))
        return gradient


def _guess(keys: Keys, most: int) -> _Guess:
    """Tell apart the most frequent values among `keys`, at most so many, none of them rare."""
    values, index, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    frequent = order[counts[order] >= RAREST][:most]
    classes = np.full(len(values), -1)
    classes[frequent] = np.arange(len(frequent))
    layer: Model[Any, Any] = Softmax(nO=max(1, len(frequent)), nI=WIDTH)
    layer.initialize()
    return _Guess(classes[index], layer)


def _batches(ends: Sequence[int], rng: Random) -> Iterator[list[tuple[int, int]]]:
    """Texts, from token to token, about `WORDS_PER_STEP` together; all in random order, then again, for ever."""
    spans = list(zip([0, *ends], ends, strict=False))
    batch: list[tuple[int, int]] = []
    size = 0
    while True:
        for start, end in rng.sample(spans, len(spans)):
            batch.append((start, end))
            size += end - start
            if size >= WORDS_PER_STEP:
                yield batch
                batch, size = [], 0
