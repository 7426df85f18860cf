"""The Python API for notebooks and scripts: open a project, score texts, ask an oracle, train rounds, export.

Thin wrappers around the session, the trainer and the store that the commands use; see docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from loop.alignment import misfit
from loop.base.pipeline import base_folder, load_base
from loop.checkpoints.checkpoints import LAST
from loop.checkpoints.temperatures import temperatures
from loop.errors import LoopError
from loop.formats import Selection, write
from loop.intake import answered
from loop.oracle import Oracle
from loop.project import opened
from loop.records import Question, Span
from loop.scoring.predict import predict
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import RoundInfo
from loop.trainer import Trainer

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Oracle", "Project", "open_project", "score"]

EVERY_ANSWER = Selection()


def score(model: Language | Path | str, texts: Iterable[str], *, all_spans: bool = False) -> Iterator[dict[str, Any]]:
    """Yield a row for every text, in order: `text`, `spans` each with a probability `p`, `p` and `entropy` (nats).

    Args:
        model: a loaded pipeline, the name of an installed one, or a pipeline's folder. A checkpoint's probabilities are
            calibrated only if you pass its folder, which contains the temperature.
        texts: any number of texts.
        all_spans: return every span of probability 0.01 or more, instead of those the pipeline predicts.

    Raises:
        PipelineError: there is no such pipeline, or it cannot be scored.
    """
    if not isinstance(model, Path | str):
        return predict(model, texts, all_spans=all_spans)
    folder = base_folder(str(model))
    fitted = temperatures(folder) if folder else {}
    return predict(load_base(str(model)), texts, all_spans=all_spans, temperatures=fitted)


def open_project(folder: Path | str = ".", *, trust_code: bool = False) -> Project:
    """Open a project created by `loop init`; use it in a `with` statement, or call `close`.

    Args:
        folder: of the project.
        trust_code: trust the project's own code (`code` in loop.cfg) in its present state, now and later.

    Raises:
        SettingsError: there is no project in `folder`, or its loop.cfg is invalid.
        StoreError: the store is missing or cannot be used.
        LoopError: the project runs its own code, which you have not trusted yet.
    """
    return Project(Path(folder), trust_code=trust_code)


class Project:
    """An open project.

    Attributes:
        paths, settings, store: the project's files, its loop.cfg, and its database.
    """

    def __init__(self, folder: Path, *, trust_code: bool = False) -> None:
        self._open = ExitStack()
        project = opened(ProjectPaths(folder), trust_code=trust_code)
        self.paths, self.settings, self.store = self._open.enter_context(project)
        self._trainer: Trainer | None = None

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store, and release the project for another trainer."""
        if self._trainer:
            self._trainer.close()
        self._open.close()

    @property
    def model(self) -> Path:
        """The folder of the last round's pipeline, for `spacy.load` and `score`.

        Raises:
            LoopError: there is no round yet.
        """
        last = self.paths.models / LAST
        if not last.exists():
            raise LoopError("The project has no model yet.", hint="Add texts with `loop add`, then call `learn()`.")
        return last

    def score(self, texts: Iterable[str], *, all_spans: bool = False) -> Iterator[dict[str, Any]]:
        """Score texts with the last round's pipeline; see `loop.api.score`."""
        return score(self.model, texts, all_spans=all_spans)

    def ask(self, oracle: Callable[[Question], Iterable[Span]], *, n: int, annotator: str = "oracle") -> int:
        """Ask about `n` texts of the queue, or fewer if none are left; return how many were answered.

        Every answer is on disk before the next question. No round is trained meanwhile; see `learn`.

        Args:
            oracle: returns all spans in a question's text, such as `Oracle(gold).spans`, a rule or another model. Spans
                must have labels of the project, start and end at tokens of the question, and not overlap.
            n: the number of answers.
            annotator: the name to store with the answers.

        Raises:
            StoreError: a session or a trainer is running on the project.
            LoopError: the oracle returned anything else; that answer is not stored.
        """
        session = Session(self.paths, self.settings, self.store, annotator=annotator)
        session.shares = False  # a program's answers wait for nobody's
        answers = 0
        try:
            while answers < n and (question := self._next(session)):
                session.answer(question, "accept", self._spans(question, oracle(question)), seconds=0.0, keys=0)
                answers += 1
        finally:
            session.close()
        return answers

    def _spans(self, question: Question, given: object) -> list[Span]:
        """Convert an oracle's result to the spans of an answer."""
        spans = list(given) if isinstance(given, Iterable) else [given]
        problem = misfit(
            spans, size=len(question.text.text), labels=self.settings.project.labels, tokens=question.tokens
        )
        if problem:
            hint = "An oracle must return all spans in the question's text; see `help(project.ask)`."
            raise LoopError(f"The oracle's answer to text {question.text.id} was not stored: {problem}.", hint=hint)
        return sorted(span for span in spans if isinstance(span, Span))

    def _next(self, session: Session) -> Question | None:
        question = session.next()
        if question is None and self._working().ask():
            question = session.next()
        return question

    def learn(self) -> list[RoundInfo]:
        """Train the due rounds, one per `round_size` answers, and prepare the next questions; return the rounds.

        A closing round learns from the answers left over; the next round takes its place.

        Raises:
            StoreError: another trainer is running on the project.
        """
        rounds: list[RoundInfo] = []
        while self._working().learn(rounds.append) or self._working().close_round():
            pass
        self._working().ask()
        return rounds

    def _working(self) -> Trainer:
        if self._trainer is None:
            self._trainer = Trainer(self.paths, self.settings, self.store)
        return self._trainer

    def export(self, out: Path | str, *, format: str | None = None, selection: Selection = EVERY_ANSWER) -> int:
        """Write the current answers, as `loop export` does; return how many were written.

        Args:
            out: a file, which is replaced if it exists.
            format: by default from the ending of `out`; see docs/formats.md.
            selection: which answers to write.
        """
        rows = [row for row in answered(self.store, load_base(self.settings.project.base)) if selection.takes(row)]
        self.store.copies.note("export", Path(out))
        return write(rows, out, format=format)
