"""What answers say together, after an export from one project and an import into another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from loop.formats import read, write
from loop.intake import import_answers, plan_import, read_answers
from loop.intake.export import answered
from loop.records import Answer, Span
from loop.store import NewText, Store
from loop.truth import Truth, of_texts

NLP = spacy.blank("xx")
TEXT = "the new fork of an old brake lever"
LABELS = ["PART", "JOB"]
FORK, LONG, LEVER, JOB = Span(8, 12, "PART"), Span(4, 12, "PART"), Span(23, 34, "PART"), Span(4, 12, "JOB")
OLD = Span(19, 28, "PART")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "one.db") as opened:
        opened.corpus.add_batch([NewText(TEXT)], source="test")
        yield opened


def say(store: Store, *spans: Span, asked: list[str] | None = None, **more: object) -> Answer:
    number = len(store.answers.all())
    scheme = store.journal.scheme(LABELS, asked=asked)
    said = {"complete": "passage" not in more, "annotator": "ann", "verdict": "accept"} | more
    return store.answers.add(Answer(f"a{number}", 1, spans=spans, scheme=scheme, **said))


def truth_of(store: Store) -> tuple[object, ...]:
    truth = of_texts(store.answers.standing(), store.journal.schemes()).get(1, Truth())
    return truth.labels, truth.spans, truth.refused, truth.unclear, set(truth.passages), truth.is_stale


def carried(store: Store, to: Path, form: str) -> Store:
    """Another project with the answers of this one, which came in a file."""
    file = to / f"answers.{form}"
    write(answered(store, NLP), file, format=form)
    other = Store.create(to / "other.db")
    found = read_answers(other, read(file), nlp=NLP, labels=LABELS, annotator="me", source="one")
    import_answers(other, plan_import(other, found, labels=LABELS), source="one")
    return other


def cut_at_an_edge(store: Store) -> None:
    say(store, LONG, LEVER)
    say(store, passage=(8, 15))


def cut_twice(store: Store) -> None:
    say(store, LONG, LEVER, passage=(0, 23))
    say(store, passage=(8, 15))
    say(store, OLD, passage=(19, 22))


def complete_for_another_label(store: Store) -> None:
    say(store, JOB, LEVER)
    say(store, LONG, asked=["PART"])


def changed_after_another(store: Store) -> None:
    first = say(store, LONG, LEVER, passage=(0, 15))
    say(store, passage=(15, 34))
    say(store, FORK, passage=(0, 12), retracts=first.id)


def partly_refused(store: Store) -> None:
    say(store, FORK, LEVER, complete=False, verdict="reject")
    say(store, LEVER, complete=False)


def decided(store: Store) -> None:
    ids = [say(store, FORK, annotator=name).id for name in ("ann", "bob")]
    say(store, LEVER, annotator="eve")
    say(store, LONG, annotator="eve", adjudicates=tuple(ids))
    say(store, passage=(0, 8), annotator="bob")


HISTORIES = [cut_at_an_edge, cut_twice, complete_for_another_label, changed_after_another, partly_refused, decided]


@pytest.mark.parametrize("form", ["jsonl", "csv", "spacy"])
@pytest.mark.parametrize("history", HISTORIES)
def test_answers_mean_the_same_in_another_project(history, form, store, tmp_path):
    history(store)
    with carried(store, tmp_path, form) as other:
        assert truth_of(store) == truth_of(other)
        (tmp_path / "again").mkdir()
        with carried(other, tmp_path / "again", form) as third:
            assert truth_of(store) == truth_of(third)


def test_what_is_unclear_is_said_under_a_key_of_our_own(store, tmp_path):
    cut_at_an_edge(store)
    rows = [row.answer for row in answered(store, NLP)]

    assert [((Span(4, 8, "PART"),), (LEVER,)), ((), ())] == [(one.unclear, one.spans) for one in rows]
    write(answered(store, NLP), tmp_path / "a.jsonl", format="jsonl")
    assert '"unclear":[[4,8,"PART"]]' in (tmp_path / "a.jsonl").read_text()


def test_a_docbin_leaves_the_tokens_of_what_is_unclear_open(store, tmp_path):
    cut_at_an_edge(store)
    write(answered(store, NLP), tmp_path / "a.spacy", format="spacy")
    whole, passage = DocBin().from_disk(tmp_path / "a.spacy").get_docs(NLP.vocab)

    assert ["O", "", "O", "O", "O", "O", "B", "I"] == [token.ent_iob_ for token in whole]
    assert ["", "", "O", "O", "", "", "", ""] == [token.ent_iob_ for token in passage]


@pytest.mark.parametrize("form", ["conll", "doccano", "label-studio"])
def test_formats_for_complete_answers_leave_out_one_that_is_unclear_somewhere(form, store, tmp_path):
    say(store, FORK, annotator="bob")
    cut_at_an_edge(store)
    written = write(answered(store, NLP), tmp_path / "a", format=form)

    assert 1 == written


def test_a_later_answer_is_imported_for_what_it_says_where_an_earlier_one_is_unclear(store, tmp_path):
    cut_at_an_edge(store)
    with carried(store, tmp_path, "jsonl") as other:
        wide = replace(other.answers.standing()[0], id="later", unclear=(), seq=0, rank=0)
        other.answers.add(wide)

        assert () == truth_of(other)[3]
