"""The terms of a project: of the texts that may teach, decided in its store and its pattern file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random

from spacy.language import Language
from spacy.vectors import Vectors

from loop.base.pipeline import load_base
from loop.base.vectors import load_vectors
from loop.errors import LoopError
from loop.held_out import Teaching
from loop.patterns.file import append_pattern, drop_pattern, terms_of
from loop.progress.held_out_gold import held_out_now, reserved
from loop.records import TermDecision
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.terms.pool_terms import PoolTerms
from loop.terms.ranking import Ranking
from loop.terms.review import Kept, TermReview
from loop.terms.similarity import term_vectors

# Drawn at random, so that a page comes within seconds however large the pool is; characters, if texts are long.
TEXTS, CHARACTERS = 5000, 2_000_000


def teaching_texts(paths: ProjectPaths, settings: Settings, store: Store) -> list[Teaching]:
    """Up to `TEXTS` random texts that a model may be trained on, answered or not; always the same ones.

    Fewer if they are long: the first ones with `CHARACTERS` together.

    Raises:
        InputError: the gold file cannot be read.
    """
    line = held_out_now(store, settings, reserved(settings, paths))
    texts = line.teaching(store.corpus.sample(TEXTS, Random(settings.project.seed)))
    before = accumulate((len(text.text) for text in texts), initial=0)
    return [text for text, read in zip(texts, before, strict=False) if read < CHARACTERS]


def project_review(paths: ProjectPaths, settings: Settings, store: Store) -> TermReview:
    """A review of the terms of a project.

    Raises:
        LoopError: there is no text to find terms in, or the base, the vectors or a file cannot be read.
    """
    texts, nlp = teaching_texts(paths, settings, store), load_base(settings.project.base)
    if not texts:
        hint = "Add some with `loop add FILE`."
        raise LoopError("There are no texts to find terms in: those held out for evaluation are not read.", hint=hint)
    pool = PoolTerms(texts, nlp, seed=settings.project.seed)
    ranking = Ranking(pool, term_vectors(pool, _table(nlp, settings)))
    return TermReview(pool, ranking, settings.project.labels, ProjectBook(paths, settings, store))


def _table(nlp: Language, settings: Settings) -> Vectors | None:
    if nlp.vocab.vectors.shape[0]:
        return nlp.vocab.vectors
    return load_vectors(settings.project.vectors) if settings.project.vectors else None


class ProjectBook:
    """Keeps decisions: what is confirmed in the pattern file, which alone says what is; the others as events."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._file, self._store = paths.patterns(settings.project.patterns), store
        self._labels = settings.project.labels

    def confirmed(self) -> Mapping[str, str]:
        """The label of each term of the pattern file."""
        return {string: label for string, label in terms_of(self._file).items() if label in self._labels}

    def decided(self) -> Sequence[TermDecision]:
        """The decisions so far, without those whose pattern is gone again."""
        there = self.confirmed()
        return [each for each in self._store.terms.standing() if each.verdict != "yes" or each.string in there]

    def keep(self, decision: TermDecision) -> Kept:
        """Store a decision: the pattern first, which is what counts if the program is killed in between."""
        added = False
        if decision.label is not None:
            added = append_pattern(self._file, decision.string, decision.label, source=decision.source)
        try:
            return Kept(decision, self._store.terms.add(decision), added)
        except LoopError:
            if added and decision.label is not None:
                drop_pattern(self._file, decision.string, decision.label)
            raise

    def take_back(self, kept: Kept) -> None:
        """Take a decision back, with the pattern that it added."""
        if kept.added and kept.decision.label is not None:
            drop_pattern(self._file, kept.decision.string, kept.decision.label)
        self._store.terms.take_back(kept.seq)
