from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.records import Answer, Question, Span, Text
from loop.store import NewAnswer, NewText, Store, imports
from loop.store.events import EventKind
from loop.truth import of_texts

LABELS = ("A", "B")
A = (Span(0, 3, "A"),)
# Imports into a store or takes the last import back, and is killed when the event is written that says so.
KILLED = """
import os, signal, sys
from pathlib import Path
from loop.records import Answer
from loop.store import NewAnswer, NewText, Store, importing, imports
from loop.store.events import EventKind

def kill(connection, kind, payload):
    assert kind in (EventKind.IMPORTED, EventKind.IMPORT_UNDONE)
    os.kill(os.getpid(), signal.SIGKILL)

importing.append_event = imports.append_event = kill
store = Store(Path(sys.argv[1]))
if sys.argv[2] == "undo":
    store.imports.undo()
rows = [NewAnswer(NewText(text), Answer(f"more {text}", 0, "bob", "accept")) for text in ("Ann", "Eve")]
store.import_answers(rows, labels=["A", "B"], source="more.jsonl")
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "data" / "loop.db") as store:
        store.corpus.add_batch([NewText("Ann"), NewText("Bob")], source="pool.txt")
        yield store


def bring(store: Store, *texts: str, source: str = "gold.jsonl", by: str = "ann", **more: object) -> None:
    """Import a complete answer with one A to each text; its id is the text and the source."""
    rows = [NewAnswer(NewText(text), Answer(f"{text} {source}", 0, by, "accept", A)) for text in texts]
    store.import_answers(rows, labels=LABELS, source=source, **more)  # type: ignore[arg-type]


def said(store: Store) -> dict[str, list[str]]:
    """By text, the ids of the standing answers; texts without one are in it, too."""
    texts = store.corpus.texts(range(1, 99))
    standing = store.answers.standing()
    return {text.text: [answer.id for answer in standing if answer.text_id == text.id] for text in texts}


def pool(store: Store) -> list[str]:
    return sorted(text.text for text in store.corpus.fixed_sample(99))


def id_of(store: Store, text: str) -> int:
    return store.corpus.find([text])[text]


def test_an_import_taken_back_leaves_what_was_there_before(store: Store) -> None:
    before = said(store), pool(store), store.corpus.batches()
    bring(store, "Ann", "Cyd", "Dia")
    undone = store.imports.undo()

    assert (3, 2) == (len(undone.answers), len(undone.texts))
    assert before == (said(store), pool(store), store.corpus.batches())
    assert [] == store.problems()


def test_what_taking_back_would_mean_is_what_it_does_and_changes_nothing_itself(store: Store) -> None:
    bring(store, "Ann", "Cyd")
    last = store.journal.last_seq()
    planned = store.imports.undoing()

    assert last == store.journal.last_seq()
    assert planned == store.imports.undo()


def test_answers_that_somebody_changed_since_stay_with_their_texts(store: Store) -> None:
    bring(store, "Ann", "Cyd", "Dia")
    for text, verdict in (("Ann", "accept"), ("Cyd", "accept"), ("Dia", "retract")):
        mine = f"{text} gold.jsonl"
        store.answers.add(Answer(f"eve {text}", id_of(store, text), "eve", verdict, scheme=1, retracts=mine))
    undone = store.imports.undo()

    assert ((), {"eve": 2}, [], 2) == (undone.answers, undone.changed, undone.texts, undone.staying)
    assert {"Ann": ["eve Ann"], "Bob": [], "Cyd": ["eve Cyd"], "Dia": []} == said(store)


def test_texts_that_somebody_else_answered_or_began_stay(store: Store) -> None:
    bring(store, "Cyd", "Dia", "Flo")
    store.answers.add(Answer("eve", id_of(store, "Cyd"), "eve", "accept", scheme=1))
    question = Question("q", Text(id_of(store, "Dia"), "Dia"), ((0, 3),), ())
    store.drafts.save(question, "eve", "{}")
    undone = store.imports.undo()

    assert (3, 2) == (len(undone.answers), undone.staying)
    assert {"Ann": [], "Bob": [], "Cyd": ["eve"], "Dia": []} == said(store)
    assert ["Ann", "Bob", "Dia"] == pool(store)
    assert ["gold.jsonl"] == [batch.source for batch in store.corpus.batches()[1:]]
    assert [] == store.problems()


def test_answers_that_the_import_replaced_count_again(store: Store) -> None:
    bring(store, "Ann")
    row = NewAnswer(NewText("Ann"), Answer("other", 0, "ann", "accept"))
    store.import_answers([row], labels=LABELS, source="other.jsonl", replacing=True)
    (replaced,) = of_texts(store.answers.standing(), store.journal.schemes()).values()
    store.imports.undo()
    (again,) = of_texts(store.answers.standing(), store.journal.schemes()).values()

    assert ((), A) == (replaced.spans, again.spans)


def test_a_text_that_two_imports_answered_leaves_with_the_second(store: Store) -> None:
    bring(store, "Cyd")
    bring(store, "Cyd", source="more.jsonl", by="bob")

    assert [] == store.imports.undo("1").texts
    assert {"Ann": [], "Bob": [], "Cyd": ["Cyd more.jsonl"]} == said(store)
    store.imports.undo("2")
    assert ["Ann", "Bob"] == list(said(store))


def test_an_import_is_named_by_its_number_or_its_files_and_goes_once(store: Store) -> None:
    bring(store, "Ann")
    bring(store, "Bob", source="more.jsonl")
    bring(store, "Cyd", source="more.jsonl")

    assert [(1, "gold.jsonl", 1, 0), (2, "more.jsonl", 1, 0), (3, "more.jsonl", 1, 1)] == [
        (one.number, one.source, one.answers, one.texts) for one in store.imports.all()
    ]
    assert [3, 1, 2] == [store.imports.undo(name).info.number for name in ("more.jsonl", "1", "")]
    assert [True, True, True] == [one.is_undone for one in store.imports.all()]
    for name, problem in (
        ("1", "1 was taken back"),
        ("more.jsonl", "3 was taken"),
        ("7", "no import 7"),
        ("", "no imp"),
    ):
        with pytest.raises(StoreError, match=problem):
            store.imports.undo(name)


def test_an_import_that_brought_nothing_is_none(store: Store) -> None:
    bring(store, "Ann")
    bring(store, "Ann")

    assert [1] == [one.number for one in store.imports.all()]


def test_an_error_in_the_middle_leaves_the_import_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(store, "Ann", "Cyd")
    before = said(store), store.answers.all(), store.journal.last_seq()

    def full(*_: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(imports, "note_removed", full)
    with pytest.raises(OSError, match="disk full"):
        store.imports.undo()

    assert before == (said(store), store.answers.all(), store.journal.last_seq())


@pytest.mark.integration
@pytest.mark.parametrize("what", ["import", "undo"])
def test_a_kill_leaves_nothing_half_done(store: Store, what: str) -> None:
    bring(store, "Ann", "Cyd")
    before = said(store), store.answers.all(), store.journal.last_seq(), store.corpus.batches()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(store.path), what], env=os.environ)
    with Store(store.path) as again:
        after = said(again), again.answers.all(), again.journal.last_seq(), again.corpus.batches()

        assert (-signal.SIGKILL, before, []) == (killed.returncode, after, again.problems())


def test_the_names_of_files_go_when_all_that_they_brought_is_erased(store: Store) -> None:
    bring(store, "Ann", source="ann.jsonl")
    bring(store, "Ann", "Cyd", source="mixed.jsonl", by="bob")
    store.begin_erasing([id_of(store, "Ann")])
    store.erase([id_of(store, "Ann")])

    assert ["", "mixed.jsonl"] == [one.source for one in store.imports.all()]
    assert [["mixed.jsonl"]] == [
        [said["source"] for _, _, said in store.journal.events(kind=EventKind.IMPORTED) if "source" in said]
    ]


def test_taking_back_is_an_event_and_renews_the_queue(store: Store) -> None:
    bring(store, "Ann", "Cyd")
    store.imports.undo()
    (event,) = store.journal.events(kind=EventKind.IMPORT_UNDONE)

    assert (2, 1) == (event[2]["answers"], event[2]["texts"])


def test_many_answers_go_at_once(store: Store) -> None:
    texts = [f"Ann {n}" for n in range(2_500)]
    store.corpus.add_batch([NewText(text) for text in texts[:1_250]], source="more.txt")
    bring(store, *texts)
    undone = store.imports.undo()

    assert (2_500, 1_250, 1_252) == (len(undone.answers), len(undone.texts), store.corpus.size())
    assert 1_252 == store.corpus.pool_size()
    assert [] == store.answers.standing()
