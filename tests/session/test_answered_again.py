"""Texts that one annotator has answered twice: what becomes of the other answer when one of the two is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import spacy

from loop.editing.draft import relabeled
from loop.intake import answered
from loop.progress.held_out_gold import gold_texts
from loop.records import Answer, Question, Span, Text
from loop.session import Session
from loop.settings import ProjectSettings, Settings
from loop.store import NewAnswer, NewText, Store
from loop.truth import of_texts

TEXT = "Ann met Bob in Rome"
ANN, BOB, ROME = Span(0, 3, "PER"), Span(8, 11, "PER"), Span(15, 19, "LOC")
TOKENS = ((0, 3), (4, 7), (8, 11), (12, 14), (15, 19))


def settings_with(*labels: str) -> Settings:
    return Settings(project=ProjectSettings(labels=labels))


@pytest.fixture
def session(paths, store: Store) -> Iterator[Session]:
    """Of an annotator who has answered for PER, and again for PER and LOC: in the first answer Bob was missed."""
    store.corpus.add_batch([NewText(TEXT)], source="f")
    before = Session(paths, settings_with("PER"), store, annotator="ann")
    say(before, question("first"), ANN)
    before.close()
    session = Session(paths, settings_with("PER", "LOC"), store, annotator="ann", question_for=question_for)
    say(session, question("second", stream="revisit"), ANN, BOB, ROME)
    yield session
    session.close()


def question(id_: str, stream: str = "random") -> Question:
    return Question(id_, Text(1, TEXT), TOKENS, (), stream=stream)


def question_for(answer: Answer) -> Question:
    return question(answer.id)


def say(session: Session, asked: Question, *spans: Span, verdict="accept", **more) -> Answer:
    return session.answer(asked, verdict, spans, seconds=1, keys=1, **more)


def exported(store: Store) -> list[tuple[str, tuple[Span, ...]]]:
    return [(row.answer.verdict, row.answer.spans) for row in answered(store, spacy.blank("en"))]


def learned(store: Store) -> tuple[Span, ...]:
    (truth,) = of_texts(store.answers.training(), store.journal.schemes()).values()
    assert {"PER", "LOC"} == truth.labels
    return truth.spans


CHANGES = {
    "flagged": lambda session: say(session, question("first"), ANN, flag=True),
    "with a memo": lambda session: say(session, question("first"), ANN, memo="hm"),
    "corrected": lambda session: say(session, question("first")),
    "skipped": lambda session: say(session, question("first"), verdict="skip", reason="unsure"),
    "unusable": lambda session: say(session, question("first"), verdict="unusable"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_older_answer_leaves_the_newer_one_in_force(session, store, change):
    change(session)

    assert (ANN, BOB, ROME) == learned(store)
    assert [(ANN, BOB, ROME)] == [spans for verdict, spans in exported(store) if verdict == "accept"]


def test_an_older_answer_that_is_taken_back_leaves_the_newer_one_in_force(session, store):
    older, _ = store.answers.standing()
    store.answers.add(replace(older, id="undo", verdict="retract", retracts=older.id))

    assert (ANN, BOB, ROME) == learned(store)
    assert [("accept", (ANN, BOB, ROME))] == exported(store)


def test_a_newer_answer_that_is_taken_back_puts_the_older_one_in_force(session, store):
    _, newer = store.answers.standing()
    store.answers.add(replace(newer, id="undo", verdict="retract", retracts=newer.id))
    (truth,) = of_texts(store.answers.training(), store.journal.schemes()).values()

    assert ({"PER"}, (ANN,)) == (truth.labels, truth.spans)
    assert [("accept", (ANN,))] == exported(store)


def test_an_older_question_that_is_skipped_and_answered_after_all_is_answered_last(session, store):
    say(session, question("first"), verdict="skip")
    say(session, question("first"), BOB)

    assert (BOB,) == learned(store)
    assert [("accept", (BOB,))] == exported(store)


@pytest.mark.parametrize("verdict", ["skip", "unusable"])
def test_a_text_that_is_skipped_when_it_is_asked_again_keeps_its_answer(session, store, verdict):
    say(session, question("third", stream="revisit"), verdict=verdict)

    assert (ANN, BOB, ROME) == learned(store)
    assert {("accept", (ANN, BOB, ROME)), (verdict, ())} == set(exported(store))


def test_of_two_imported_answers_the_one_that_was_opened_is_changed(session, store):
    other = replace(store.answers.standing()[1], id="imported", spans=(ROME,), question_id=None, scheme=0)
    store.import_answers([NewAnswer(NewText(TEXT), other)], labels=("PER", "LOC"), source="f", replacing=True)
    third = replace(other, id="imported later", spans=(BOB, ROME))
    store.import_answers([NewAnswer(NewText(TEXT), third)], labels=("PER", "LOC"), source="f", replacing=True)
    asked, opened = session.open(next(one for one in store.answers.standing() if one.id == "imported"))
    changed = say(session, asked, ROME, flag=True)

    assert ("imported", "imported") == (opened.id, changed.retracts)
    assert changed == session.answered(asked)
    assert (BOB, ROME) == learned(store)


def test_held_out_answers_are_resolved_by_rank_too(paths, store):
    store.corpus.add_batch([NewText(TEXT)], source="f")
    first, both = store.journal.scheme(["PER"]), store.journal.scheme(["PER", "LOC"])
    held = Answer("old", 1, "ann", "accept", (ANN,), scheme=first, held_out=True)
    store.answers.add(held)
    store.answers.add(replace(held, id="new", spans=(ANN, BOB, ROME), scheme=both))
    store.answers.add(replace(held, id="flagged", flag=True, retracts="old"))
    (gold,) = gold_texts(store, settings_with("PER", "LOC"), paths)

    assert (("PER", "LOC"), (ANN, BOB, ROME)) == (gold.labels, gold.spans)
    assert "new" == gold.answer.id


def test_where_two_annotators_differ_nothing_is_evaluated(paths, store):
    store.corpus.add_batch([NewText(TEXT)], source="f")
    scheme = store.journal.scheme(["PER", "LOC"])
    store.answers.add(Answer("a", 1, "ann", "accept", (ANN, BOB), scheme=scheme, held_out=True))
    store.answers.add(Answer("b", 1, "bob", "accept", (ANN, ROME), scheme=scheme, held_out=True))
    (gold,) = gold_texts(store, settings_with("PER", "LOC"), paths)
    found = [ANN, BOB, Span(4, 7, "PER"), Span(12, 19, "LOC")]

    assert (ANN,) == gold.spans
    assert (ANN, Span(4, 7, "PER")) == gold.judged(found)


def test_who_flags_an_answer_after_labels_got_other_names_says_nothing_of_later_labels(paths, session, store):
    session.close()
    store.relabel(("PERSON", "LOC"), {"PER": "PERSON"}, draft=relabeled)
    older, _ = store.answers.standing()
    after = Session(paths, settings_with("PERSON", "LOC"), store, annotator="ann")
    flagged = say(after, question("first"), *older.spans, flag=True)
    after.close()

    assert (("PERSON",), ("PERSON", "LOC")) == (
        store.journal.schemes()[flagged.scheme],
        store.journal.naming().in_force(flagged.scheme),
    )
    assert [Span(0, 3, "PERSON")] == list(store.answers.standing()[0].spans)


def test_rows_of_a_gold_file_about_one_text_are_resolved_too(paths, store):
    rows = [(ANN, BOB), (ANN, ROME)]
    paths.root.mkdir(exist_ok=True)
    spans = ([{"start": one.start, "end": one.end, "label": one.label} for one in row] for row in rows)
    lines = [json.dumps({"text": TEXT, "spans": row}) for row in spans]
    lines.append(json.dumps({"text": "Rome", "spans": [], "answer": "accept", "_loop": {"labels": ["PER"]}}))
    (paths.root / "gold.jsonl").write_text("\n".join(lines))
    settings = Settings(project=ProjectSettings(labels=("PER", "LOC"), eval="gold.jsonl"))
    both, rome = gold_texts(store, settings, paths)

    assert ((ANN,), (ANN,)) == (both.spans, both.judged([ANN, BOB, ROME]))
    assert (("PER",), ()) == (rome.labels, rome.judged([Span(0, 4, "LOC")]))
    assert both.answer is None


def test_a_draft_belongs_to_its_question_and_not_to_the_text(session, store):
    first, second = question("first"), question("third", stream="revisit")
    session.save_draft(second, '{"of": "the newer question"}')
    before = session.draft(first)
    session.save_draft(first, '{"of": "the older answer"}')
    both = session.draft(second), session.draft(first)
    say(session, first, flag=True)
    kept = session.draft(second), session.draft(first)
    say(session, second, ANN)

    assert before is None
    assert ('{"of": "the newer question"}', '{"of": "the older answer"}') == both
    assert ('{"of": "the newer question"}', None) == kept
    assert session.draft(second) is None


def test_a_draft_that_changes_an_earlier_answer_outlives_a_new_answer_to_the_text(session):
    session.save_draft(question("first"), '{"of": "the older answer"}')
    session.save_draft(question("nobody's"), '{"of": "a question that is done with"}')
    say(session, question("third", stream="revisit"), ANN)

    assert '{"of": "the older answer"}' == session.draft(question("first"))
    assert session.draft(question("nobody's")) is None


def test_a_draft_that_is_left_leaves_the_other_one(session):
    session.save_draft(question("first"), "{}")
    session.save_draft(question("third"), "{}")
    session.leave(question("first"))

    assert (None, "{}") == (session.draft(question("first")), session.draft(question("third")))
