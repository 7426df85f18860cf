"""The project's store: corpus, questions, answers and rounds in one SQLite file shared by session and trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loop.former_names import attribute, exports
from loop.store import erasing, relabeling
from loop.store.annotators import Annotators
from loop.store.answers import Answers
from loop.store.batches import BatchReport, NewText, take_back_unfinished
from loop.store.checking import Problem, problems, repair
from loop.store.copies import Copies, Copy
from loop.store.corpus import BatchInfo, Corpus
from loop.store.database import create_database, open_database
from loop.store.drafts import Drafts
from loop.store.erasing import Erased
from loop.store.import_log import ImportInfo
from loop.store.importing import ImportChange, ImportedAnswers, NewAnswer, import_answers, preview
from loop.store.imports import Imports, Undoing
from loop.store.journal import Journal, RoundInfo
from loop.store.naming import Names, Naming
from loop.store.predictions import Predictions
from loop.store.questions import Questions
from loop.store.requests import Past, Requests, Wanted
from loop.store.terms import Terms
from loop.store.weak_labels import PipelineScore, WeakLabels, WeakLabelStore, WeakSpan, WeakSummary

__all__ = [
    "Annotators",
    "Answers",
    "BatchInfo",
    "BatchReport",
    "Copies",
    "Copy",
    "Corpus",
    "Drafts",
    "Erased",
    "ImportChange",
    "ImportInfo",
    "ImportedAnswers",
    "Imports",
    "Journal",
    "Names",
    "Naming",
    "NewAnswer",
    "NewText",
    "Past",
    "Problem",
    "Predictions",
    "Questions",
    "RoundInfo",
    "Store",
    "Requests",
    "Terms",
    "Wanted",
    "Undoing",
    "WeakLabels",
    "WeakLabelStore",
    "WeakSpan",
    "PipelineScore",
    "WeakSummary",
]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)


class Store:
    """An open store.

    Attributes:
        corpus: batches and texts.
        questions: the queue, and all answered questions.
        answers: annotators' answers. drafts: of answers.
        annotators: who they are, and which texts need several of them.
        journal: events, label schemes, rounds, and the trainer's status.
        predictions: the rounds' predictions on held-out texts.
        copies: files that texts were written to.
        requests: the annotator's requests: a focus, a chosen text, earlier answers.
        terms: what was decided about terms of the pool.
        imports: the imports of answers, which can be taken back.
        weak: what patterns and other sources said about unanswered texts.

    Raises:
        StoreError: there is no store at `path`, or this version cannot use it.
    """

    wishes = attribute("Store", "wishes", "requests")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = open_database(path)
        take_back_unfinished(self._database)
        self.corpus = Corpus(self._database)
        self.questions = Questions(self._database)
        self.answers = Answers(self._database)
        self.annotators = Annotators(self._database)
        self.drafts = Drafts(self._database)
        self.journal = Journal(self._database)
        self.predictions = Predictions(self._database)
        self.copies = Copies(self._database)
        self.requests = Requests(self._database)
        self.terms = Terms(self._database)
        self.weak = WeakLabelStore(self._database)
        self.imports = Imports(self._database)

    @classmethod
    def create(cls, path: Path) -> Store:
        """Create an empty store, including its folder, and open it.

        Raises:
            StoreError: `path` already exists, or cannot be written.
        """
        create_database(path)
        return cls(path)

    def import_answers(
        self,
        rows: Sequence[NewAnswer],
        others: Sequence[NewText] = (),
        *,
        labels: Sequence[str],
        source: str,
        replacing: bool = False,
    ) -> ImportedAnswers:
        """Import answers with their texts and questions, in order, in one transaction.

        `others` are unanswered texts. Answers whose ids exist already are skipped. See `loop.store.importing`.

        Raises:
            StoreError: the id of an answer or question belongs to another text, or an answer would override one of the
                same annotator and `replacing` is False.
        """
        return import_answers(self._database, rows, others, labels=labels, source=source, replacing=replacing)

    def preview_import(
        self,
        rows: Sequence[NewAnswer],
        others: Sequence[NewText] = (),
        *,
        labels: Sequence[str],
        replacing: bool = False,
    ) -> ImportChange:
        """Return what `import_answers` would change, and write nothing.

        Raises:
            StoreError: see `import_answers`.
        """
        return preview(self._database, rows, others, labels=labels, replacing=replacing)

    def relabel(self, labels: Sequence[str], names: Names, *, draft: Callable[[str, Names], str]) -> None:
        """Set the current `labels`; earlier answers are read with the new `names`. See `loop.store.relabeling`."""
        relabeling.relabel(self._database, labels, names, draft=draft)

    def unfinished_relabeling(self) -> tuple[tuple[str, ...], Names] | None:
        """The labels and names still to be applied to the project's files; None if nothing is pending."""
        return relabeling.unfinished(self._database)

    def finish_relabeling(self) -> None:
        """Record that the project's files are up to date."""
        relabeling.finish(self._database)

    def problems(self) -> list[Problem]:
        """Check the store's contents and return the problems found."""
        return list(problems(self._database))

    def repair(self, problem: Problem) -> None:
        """Correct a problem whose data can be derived again."""
        repair(self._database, problem)

    def begin_erasing(self, ids: Sequence[int]) -> None:
        """Record that texts are to be erased; an interrupted erasure is finished when the project is next opened."""
        erasing.begin(self._database, ids)

    def unfinished_erasing(self) -> list[int] | None:
        """The texts of an unfinished erasure (empty if only the file has to be rewritten); None without one."""
        return erasing.unfinished(self._database)

    def erase(self, ids: Sequence[int]) -> Erased:
        """Erase texts and everything about them; no byte of them remains in the file.

        Raises:
            StoreError: the file cannot be rewritten, because another process uses it or the disk is full.
        """
        erased = erasing.erase(self._database, ids)
        self._database.close()
        erasing.rewrite(self.path)
        erasing.finish(self._database)
        return erased

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
