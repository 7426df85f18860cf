"""Whatever happens in two projects that grow apart, merging either into the other gives the same."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from grown_apart import at, begun, copied, in_both, known, log, merged, more, problems, texts
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loop.errors import LoopError
from loop.project import add_labels, opened, relabel
from loop.records import Answer, Span
from loop.settings import ProjectPaths, Settings
from loop.store import NewAnswer, NewText, Store, WeakSpan
from loop.store.events import EventKind

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
ERASE = re.compile(r"`loop erase ([\d ]+)`")


class Side:
    """One of the projects, with a clock of its own."""

    def __init__(self, paths: ProjectPaths, name: str, *, late: float) -> None:
        self.paths, self.name, self.given = paths, name, 0
        self.clock = START + timedelta(minutes=late, microseconds=len(name))

    def now(self) -> str:
        self.clock += timedelta(seconds=1)
        return self.clock.isoformat()

    def happens(self, what: str, rng: Random) -> None:
        with ExitStack() as stack:
            for module in ("journal", "batches", "relabeling", "answers", "many_answers"):
                stack.enter_context(patch(f"loop.store.{module}.now", self.now))
            store = stack.enter_context(at(self.paths))
            getattr(self, what)(store, rng)

    def answer(self, store: Store, rng: Random, **other: Any) -> None:
        pool = store.corpus.matching(())
        if pool:
            self._say(store, rng, rng.choice(pool).id, **other)

    def hold_out(self, store: Store, rng: Random) -> None:
        self.answer(store, rng, held_out=True)

    def skip(self, store: Store, rng: Random) -> None:
        self.answer(store, rng, verdict="skip")

    def change(self, store: Store, rng: Random) -> None:
        if standing := store.answers.standing():
            old = rng.choice(standing)
            self._say(store, rng, old.text_id, retracts=old.id, annotator=old.annotator)

    def undo(self, store: Store, rng: Random) -> None:
        if standing := store.answers.standing():
            old = rng.choice(standing)
            self._say(store, rng, old.text_id, retracts=old.id, annotator=old.annotator, verdict="retract")

    def _say(self, store: Store, rng: Random, text_id: int, **other: Any) -> None:
        (text,) = store.corpus.texts([text_id])
        version = store.journal.naming().version
        labels = store.journal.naming().in_force(version)
        spans = [Span(0, 1, rng.choice(labels)), Span(2, len(text.text), rng.choice(labels))][: rng.randrange(3)]
        self.given += 1
        said = {"annotator": rng.choice(["ann", "bea"]), "verdict": "accept", "spans": tuple(spans)} | other
        store.answers.add(Answer(f"{self.name} {self.given}", text_id, scheme=version, **said))

    def add_texts(self, store: Store, rng: Random) -> None:
        new = more(*(f"text {rng.randrange(30)}" for _ in range(4)), group=rng.choice([None, "one"]))
        store.corpus.add_batch(new, source="more")

    def remove_batch(self, store: Store, rng: Random) -> None:
        if batches := store.corpus.batches():
            store.corpus.remove_batch(rng.choice(batches).id)

    def erase(self, store: Store, rng: Random) -> None:
        if there := store.corpus.matching(()):
            store.erase([rng.choice(there).id])

    def import_file(self, store: Store, rng: Random) -> None:
        """A file that the other project may have imported, too: the same rows have the same ids."""
        labels = store.journal.naming().in_force(store.journal.naming().version)
        taken_back = store.imports.taken_back() | {said["answer"] for said in self._erased_answers(store)}
        self.given += 1
        rows = []
        for name in rng.choices(["ann", "bea"], k=3):
            text = f"text {rng.randrange(30)}"
            id_ = f"{text} {name}"
            own = f"{id_} {self.name} {self.given}"
            rows.append(NewAnswer(NewText(text), Answer(own if id_ in taken_back else id_, 0, name, "accept")))
        store.import_answers(rows, labels=labels, source="gold", replacing=True)

    def _erased_answers(self, store: Store) -> list[dict[str, Any]]:
        known = {answer.id for answer in store.answers.all()}
        every = (said for _, _, said in store.journal.events(kind=EventKind.ANSWER))
        return [said for said in every if said["answer"] not in known]

    def undo_import(self, store: Store, rng: Random) -> None:
        if standing := [one for one in store.imports.all() if not one.is_undone]:
            store.imports.undo(str(rng.choice(standing).number))

    def adjudicate(self, store: Store, rng: Random) -> None:
        if standing := store.answers.standing():
            text = rng.choice(standing).text_id
            given = tuple(answer.id for answer in standing if answer.text_id == text and not answer.adjudicates)
            self._say(store, rng, text, annotator="rev", adjudicates=given)

    def answer_a_passage(self, store: Store, rng: Random) -> None:
        self.answer(store, rng, passage=(0, 1), complete=False, spans=())

    def retire(self, store: Store, _: Random) -> None:
        store.annotators.retire("ann", ["bea"])

    def answer_with_others(self, store: Store, rng: Random) -> None:
        self.answer(store, rng, needs=2)

    def weak_labels(self, store: Store, rng: Random) -> None:
        labels, found = store.journal.naming().in_force(store.journal.naming().version), store.corpus.fixed_sample(3)
        rows = [{"label": labels[0], "pattern": f"p{rng.randrange(5)}"} for _ in range(2)]
        spans = {text.id: [WeakSpan(Span(0, 1, labels[0]), n)] for n, text in enumerate(found[:2])}
        store.weak.add("pattern", spans, labels=labels, patterns=rows)

    def take_back(self, store: Store, rng: Random) -> None:
        gone = f"p{rng.randrange(5)}"
        store.weak.take_back(lambda pattern: pattern["pattern"] == gone)

    def add_label(self, store: Store, rng: Random) -> None:
        with opened(self.paths) as (paths, settings, _):
            if (label := rng.choice("CD")) not in settings.project.labels:
                add_labels(paths, settings, store, [label])

    def relabel(self, store: Store, rng: Random) -> None:
        with opened(self.paths) as (paths, settings, _):
            labels = settings.project.labels
            name = rng.choice([*labels, "E", None])
            if len(labels) > 1:
                relabel(paths, settings, store, {rng.choice(labels): name}, follow=lambda: None)

    def close_round(self, store: Store, _: Random) -> None:
        store.journal.close_round(10**9)


KINDS = [name for name in vars(Side) if not name.startswith("_") and name not in ("happens", "now")]
OFTEN = [
    "answer",
    "answer",
    "answer",
    "change",
    "change",
    "undo",
    "hold_out",
    "add_texts",
    "import_file",
    "undo_import",
]


def refused(here: ProjectPaths, there: ProjectPaths, **how: Any) -> LoopError | None:
    try:
        merged(here, there, **how)
    except LoopError as error:
        return error
    return None


def erase_alike(here: ProjectPaths, there: ProjectPaths) -> None:
    """Erase here what the other project erased, as a merge asks for."""
    error = refused(here, there, dry_run=True)
    if error and (found := ERASE.search(error.hint)):
        with Store(here.db) as store:
            store.erase([int(number) for number in found[1].split()])


def everything(paths: ProjectPaths) -> Iterator[Any]:
    """All that the two directions must agree on."""
    with Store(paths.db) as store:
        yield store.answers.all()
        yield [(text.id, text.text, text.batch, text.group) for text in store.corpus.matching(())]
        yield [(batch.id, batch.source, batch.texts, batch.answered) for batch in store.corpus.batches()]
        yield store.journal.schemes()
        yield store.journal.naming().version
        yield store.weak.all()
        yield store.answers.training()
        yield store.answers.evaluation()


def a_pair(folder: Path, settings: Settings, *, begins_alone: bool, late: float) -> tuple[Side, Side]:
    here = begun(folder / "here", settings)
    there = begun(folder / "there", settings) if begins_alone else copied(here, "there")
    return Side(here, "here", late=0), Side(there, "there", late=late)


@hypothesis_settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    events=st.lists(st.tuples(st.booleans(), st.sampled_from(OFTEN + KINDS), st.integers(0, 999)), max_size=14),
    merges_at=st.integers(0, 20),
    begins_alone=st.booleans(),
    late=st.sampled_from([0.0, -0.05, 5.0]),
)
def test_both_directions_agree_and_twice_changes_nothing(
    settings: Settings, events: list[tuple[bool, str, int]], merges_at: int, begins_alone: bool, late: float
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        here, there = a_pair(folder, settings, begins_alone=begins_alone, late=late)
        for number, (is_here, what, seed) in enumerate(events):
            if number == merges_at:
                refused(here.paths, there.paths)
            (here if is_here else there).happens(what, Random(seed))
        if "erase" in {what for _, what, _ in events}:
            erase_alike(here.paths, there.paths)
            erase_alike(there.paths, here.paths)
        agree(here.paths, there.paths)
    finally:
        shutil.rmtree(folder)


def agree(here: ProjectPaths, there: ProjectPaths) -> None:
    given = ids(here) | ids(there)
    pair = copied(here, "here-merged"), copied(there, "there-merged")
    refusals = [refused(pair[0], there), refused(pair[1], here)]
    if any(refusals):
        assert ["labels: ", "labels: "] == [str(error)[:8] for error in refusals]
        return
    later = copied(there, "there-later")
    merged(later, pair[0])  # as two who merge one after the other do
    in_both((pair[0], later), log)
    in_both((pair[0], later), texts)
    in_both(pair, log)
    in_both(pair, known)
    in_both(pair, texts)
    in_both(pair, lambda paths: list(everything(paths)))
    assert ids(pair[0]) <= given
    for paths in pair:
        assert [] == problems(paths)
    for other in (there, pair[1]):
        assert not merged(pair[0], other).merged.is_new


def ids(paths: ProjectPaths) -> set[str]:
    with Store(paths.db) as store:
        return set(store.answers.ids())
