from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from evaluated_project import add_round

from loop.cli.status import status_json, status_lines
from loop.progress import progress
from loop.progress.advice import advice
from loop.progress.learning_faults import LearningFacts, LearningFault, learning_faults
from loop.progress.questions_left import QuestionsLeft
from loop.progress.report_data import report_data
from loop.records import Answer, Question, Span, Text
from loop.report import report
from loop.store import NewText

LABELS = ("PART", "BRAND")
GOOD = LearningFacts(100, {"PART": 100, "BRAND": 100}, {"PART": 60, "BRAND": 9}, {"PART": 60, "BRAND": 9}, {"PART": 17})


@pytest.mark.parametrize(
    "facts",
    [
        GOOD,
        replace(GOOD, texts=29, spans={}),
        replace(GOOD, texts=49, spans={"PART": 1}, asked={"PART": 49, "BRAND": 49}),
        replace(GOOD, texts=90, spans={"PART": 8, "BRAND": 1}),
        replace(GOOD, texts=900, spans={"PART": 15, "BRAND": 5}),
        replace(GOOD, asked={"PART": 100, "BRAND": 49}, spans={"PART": 60}),
        replace(GOOD, asked={"PART": 100}, spans={"PART": 900}),
        replace(GOOD, uses={"PART": 16}, contradicted={"PART": 7}),
        replace(GOOD, imports=[(1, 20, 7), (2, 200, 19)]),
        LearningFacts(0, {}, {}, {}, {}),
    ],
)
def test_where_nothing_is_wrong_or_too_little_is_known_nothing_is_said(facts):
    assert () == learning_faults(facts, LABELS)


@pytest.mark.parametrize(
    ("facts", "kind", "labels", "words", "step"),
    [
        (replace(GOOD, texts=30, spans={}), "empty", (), "none of the 30 texts it learns from has an", "Ctrl+F"),
        (replace(GOOD, texts=50, spans={"PART": 4}), "few", (), "4 entities in 50 texts", "`loop patterns add`"),
        (replace(GOOD, texts=900, spans={"PART": 19}), "few", (), "19 entities in 900 texts", "`loop patterns add`"),
        (
            replace(GOOD, spans={"PART": 60}, asked={"PART": 100, "BRAND": 50}),
            "unused label", ("BRAND",), "Nothing teaches BRAND: no answer has one, in 50 texts asked", "Ctrl+F",
        ),
        (
            replace(GOOD, spans={"PART": 200}, asked={"PART": 9, "BRAND": 1}),
            "unused label", ("BRAND",), "no answer has one, in the only text asked about it", "Ctrl+F",
        ),
        (
            replace(GOOD, contradicted={"PART": 18}),
            "contradictory", ("PART",), "about PART: 18 of 60 uses", "`loop check` lists them",
        ),
        (
            replace(GOOD, imports=[(1, 900, 0), (2, 80, 8)]),
            "misaligned", (), "8 of 80 in import 2 had an edge inside a token", "`loop import --undo 2`",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named_in_one_line_with_its_numbers_and_the_next_step(facts, kind, labels, words, step):
    (found,) = learning_faults(facts, LABELS)

    assert (kind, labels) == (found.kind, found.labels)
    assert words in found.words
    assert step in found.words
    assert "\n" not in found.words


def test_the_gravest_of_several_faults_comes_first():
    facts = replace(GOOD, spans={"PART": 60}, contradicted={"PART": 30}, imports=[(1, 60, 30)])

    assert ["misaligned", "contradictory", "unused label"] == [one.kind for one in learning_faults(facts, LABELS)]


def test_where_nothing_is_learned_nobody_is_told_to_stop():
    fault = LearningFault("empty", "The model learns to find nothing.")
    unused = LearningFault("unused label", "Nothing teaches BRAND.", ("BRAND",))
    said = [
        advice(None, None, (), left=QuestionsLeft(pool), learned=200, minutes=None, faults=[fault, unused])
        for pool in (500, 0)
    ]

    assert [("fix answers", fault.words)] == [(said[0].kind, said[0].words)]
    assert "add texts" == said[1].kind


@pytest.fixture
def answered(store, paths, with_settings):
    """Adds answers to texts of a project with two labels; gives the faults found in it."""
    settings, made = with_settings("project", labels=LABELS), []

    def answer(n, *, text="the hub of {} is worn", labels=LABELS, questions=True, **more):
        scheme = store.journal.scheme(list(labels))
        names = [text.format(len(made) + i) for i in range(n)]
        store.corpus.add_batch([NewText(name) for name in names], source="made")
        for name in names:
            made.append(name)
            add(len(made), name, scheme=scheme, **more)

    def add(number, name, **more):
        values = {"annotator": "ann", "verdict": "accept", "spans": (), "suffix": ""} | more
        suffix = values.pop("suffix")
        question = Question(f"q{number}{suffix}", Text(number, name), tuple(_words(name)), ())
        store.answers.add(Answer(f"a{number}{suffix}", number, question_id=question.id, **values), question)

    answer.also = add
    answer.now = lambda: progress(store, settings, paths)
    answer.settings = settings
    return answer


def _words(text):
    start = 0
    for word in text.split(" "):
        yield start, start + len(word)
        start += len(word) + 1


HUB = Span(4, 7, "PART")


def test_empty_answers_are_told_in_status_json_report_and_advice(answered, store, paths):
    answered(30)
    store.corpus.add_batch([NewText(f"left {n}") for n in range(200)], source="made")
    now = answered.now()
    data = report_data(store, answered.settings, paths)
    (advised,) = [line for line in status_lines(now, []) if "none of the 30 texts it learns from" in line]

    assert advised.startswith("advice   The model learns to find nothing")
    assert ["empty"] == [one["kind"] for one in json.loads(status_json(now, []))["faults"]]
    assert ("fix answers", ()) == (now.advice.kind, now.alarms)
    assert 1 == report(data, name="p", at=datetime(2026, 1, 1)).count("none of the 30 texts it learns from")


def test_a_fault_that_the_advice_does_not_tell_is_an_alarm(answered):
    answered(30)
    now = answered.now()

    assert "add texts" == now.advice.kind
    assert ["alarm    " + now.faults[0].words] == [line for line in status_lines(now, []) if "find nothing" in line]


def test_what_only_held_out_answers_have_teaches_nothing(answered):
    answered(30, text="the rim of {} is bent", spans=(HUB,), held_out=True)
    assert () == answered.now().faults

    answered(30)
    assert ["empty"] == [one.kind for one in answered.now().faults]


def test_skipped_texts_and_those_that_wait_for_another_annotator_teach_nothing_and_count_for_nothing(answered):
    answered(40, verdict="skip")
    answered(40, needs=2)

    assert () == answered.now().faults


def test_answers_to_single_spans_count_as_asked_about_their_label(answered):
    refused = {"verdict": "reject", "complete": False, "mode": "teach"}
    answered(50, spans=(Span(4, 7, "BRAND"),), **refused)
    answered(50, spans=(HUB,), complete=False, mode="teach")

    assert [("unused label", ("BRAND",))] == [(one.kind, one.labels) for one in answered.now().faults]


def test_answers_from_before_a_label_was_added_say_nothing_about_it(answered):
    answered(100, labels=("PART",), spans=(HUB,))
    assert () == answered.now().faults

    answered(50, spans=(HUB,))
    assert ["Nothing teaches BRAND: no answer has one, in 50 texts asked about it."] == [
        one.words[:69] for one in answered.now().faults
    ]


def test_the_answers_of_a_renamed_label_are_those_of_its_new_name(answered, store):
    answered(60, labels=("PART", "MAKE"), spans=(HUB, Span(11, 12, "MAKE")))
    store.relabel(list(LABELS), {"MAKE": "BRAND"}, draft=lambda text, _: text)

    assert ({"PART": 60, "BRAND": 60}, ()) == (answered.now().spans, answered.now().faults)


def test_annotators_who_never_agree_contradict_each_other_and_are_not_said_to_find_nothing(answered):
    for n in range(1, 31):
        answered(1, spans=(HUB,))
        answered.also(n, f"the hub of {n - 1} is worn", annotator="bob", suffix="b", scheme=1)
    now = answered.now()

    assert {} == now.spans  # what they disagree about teaches nothing
    assert [("contradictory", ("PART",))] == [(one.kind, one.labels) for one in now.faults]
    assert "30 of 60 uses of its strings" in now.faults[0].words


def test_one_annotator_who_answers_a_string_either_way_contradicts_themselves(answered):
    answered(16, spans=(HUB,))
    answered(16, spans=(Span(4, 7, "BRAND"),))
    now = answered.now()

    assert [("contradictory", ("PART",)), ("contradictory", ("BRAND",))] == [
        (one.kind, one.labels) for one in now.faults
    ]


def test_a_project_that_learns_well_hears_of_no_fault(answered, store):
    answered(60, spans=(HUB, Span(11, 13, "BRAND")), text="the hub of {:02} is worn")
    add_round(store, 1, {})

    assert () == answered.now().faults
