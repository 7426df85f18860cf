"""The project's memory: corpus, questions, answers, rounds, in one SQLite file that session and trainer share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from loop.store import erasing, relabeling
from loop.store.answers import Answers
from loop.store.batches import BatchReport, NewText, take_back_unfinished
from loop.store.checking import Problem, problems, repair
from loop.store.copies import Copies, Copy
from loop.store.corpus import BatchInfo, Corpus
from loop.store.database import create_database, open_database
from loop.store.erasing import Erased
from loop.store.importing import ImportedAnswers, NewAnswer, import_answers
from loop.store.journal import Journal, RoundInfo
from loop.store.naming import Names, Naming
from loop.store.predictions import Predictions
from loop.store.questions import Questions
from loop.store.requests import Past, Requests

__all__ = [
    "Answers",
    "BatchInfo",
    "BatchReport",
    "Copies",
    "Copy",
    "Corpus",
    "Erased",
    "ImportedAnswers",
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
]


class Store:
    """An open store, a part for each subject.

    Attributes:
        corpus: batches and texts. questions: the queue, and every question that was answered.
        answers: what annotators said, and drafts. journal: events, label schemes, rounds, the trainer's state.
        predictions: what rounds find in the held-out texts. copies: where texts were written to.
        wishes: what the annotator wants to be asked about, and finds again.

    Raises:
        StoreError: there is no store at `path`, or one that this version cannot use.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = open_database(path)
        take_back_unfinished(self._database)
        self.corpus = Corpus(self._database)
        self.questions = Questions(self._database)
        self.answers = Answers(self._database)
        self.journal = Journal(self._database)
        self.predictions = Predictions(self._database)
        self.copies = Copies(self._database)
        self.requests = Requests(self._database)

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make an empty store, with the folder for it, and open it.

        Raises:
            StoreError: something is at `path` already, or it cannot be written.
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
        """Add answers from elsewhere with their texts and questions, in their order, in one transaction.

        `others` are texts that nobody answered. Answers that are there already, known by their ids, stay as they are.
        See `loop.store.importing`.

        Raises:
            StoreError: an answer or a question has the id of one that belongs to another text, or takes the place of
                one and must not.
        """
        return import_answers(self._database, rows, others, labels=labels, source=source, replacing=replacing)

    def relabel(self, labels: Sequence[str], names: Names, *, draft: Callable[[str, Names], str]) -> None:
        """Put `labels` in force; earlier answers are read by their new `names`. See `loop.store.relabeling`."""
        relabeling.relabel(self._database, labels, names, draft=draft)

    def unfinished_relabeling(self) -> tuple[tuple[str, ...], Names] | None:
        """The labels and names that the files of the project do not have yet; None when they have them all."""
        return relabeling.unfinished(self._database)

    def finish_relabeling(self) -> None:
        """Note that the files of the project have followed."""
        relabeling.finish(self._database)

    def problems(self) -> list[Problem]:
        """What is wrong with what is in the store."""
        return list(problems(self._database))

    def repair(self, problem: Problem) -> None:
        """Put right what can be derived again."""
        repair(self._database, problem)

    def begin_erasing(self, ids: Sequence[int]) -> None:
        """Note that texts are to be erased; what is begun is finished, if need be when the project is opened next."""
        erasing.begin(self._database, ids)

    def unfinished_erasing(self) -> list[int] | None:
        """The texts whose erasing was begun, an empty list when only `erase` itself has to end; None without any."""
        return erasing.unfinished(self._database)

    def erase(self, ids: Sequence[int]) -> Erased:
        """Take texts out for good, with all that was said about them; no byte of them is left in the file.

        Raises:
            StoreError: the file cannot be written anew, since something else uses it or the disk is full.
        """
        erased = erasing.erase(self._database, ids)
        self._database.close()
        erasing.rewrite(self.path)
        erasing.finish(self._database)
        return erased

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
