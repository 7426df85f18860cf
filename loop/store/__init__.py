"""The project's memory: corpus, questions, answers, rounds, in one SQLite file that session and trainer share."""

from __future__ import annotations

from pathlib import Path

from loop.store.answers import Answers
from loop.store.corpus import BatchInfo, BatchReport, Corpus, NewText
from loop.store.database import open_database
from loop.store.journal import Journal, RoundInfo
from loop.store.questions import Questions

__all__ = ["Answers", "BatchInfo", "BatchReport", "Corpus", "Journal", "NewText", "Questions", "RoundInfo", "Store"]


class Store:
    """An open store, a part for each subject.

    Attributes:
        corpus: batches and texts. questions: the queue, and every question that was answered.
        answers: what annotators said, and drafts. journal: events, label schemes, rounds, the trainer's state.

    Raises:
        StoreError: `path` is no store, or one this version cannot use.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = open_database(path)
        self.corpus = Corpus(self._database)
        self.questions = Questions(self._database)
        self.answers = Answers(self._database)
        self.journal = Journal(self._database)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
