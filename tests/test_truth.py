from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, groupby, product, takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loop
from loop.answer_parts import Known
from loop.records import Answer, Span
from loop.truth import Truth, decisions, of_annotators, of_texts, parts, resolve, whole

A, B = {"A"}, {"A", "B"}
SCHEMES = {0: ("A",), 1: ("A", "B"), 2: ("B",), 3: ()}
ONE, TWO, THREE = Span(0, 3, "A"), Span(4, 7, "A"), Span(8, 9, "A")
B_TWO, B_THREE, B_LONG = Span(4, 7, "B"), Span(8, 9, "B"), Span(4, 9, "B")
SAID = Answer("", 1, "ann", "accept", mode="import")


def complete(*spans: Span, scheme: int = 1, **more: object) -> Answer:
    return replace(SAID, spans=spans, scheme=scheme, **more)


def yes(*spans: Span, **more: object) -> Answer:
    return complete(*spans, complete=False, **more)


def within(passage: tuple[int, int], *spans: Span, **more: object) -> Answer:
    return complete(*spans, complete=False, passage=passage, **more)


def no(*shown: Span, **more: object) -> Answer:
    return replace(SAID, **{"complete": False, "verdict": "reject", "shown": shown, "scheme": 1, **more})


def ranked(*answers: Answer) -> list[Answer]:
    return [replace(answer, id=str(rank), rank=rank) for rank, answer in enumerate(answers, start=1)]


def known(*answers: Answer) -> tuple[object, ...]:
    truth = resolve(ranked(*answers), SCHEMES)
    return set(truth.labels), set(truth.spans), set(truth.refused), set(truth.unclear)


BOB, EVE = {"annotator": "bob"}, {"annotator": "eve"}
DECIDED = {"annotator": "eve", "adjudicates": ("1", "2")}


@pytest.mark.parametrize(
    ("answers", "labels", "spans", "refused", "unclear"),
    [
        ([], (), (), (), ()),
        ([complete(ONE, scheme=0)], A, {ONE}, (), ()),
        ([complete(ONE, scheme=0), complete(TWO, B_THREE)], B, {TWO, B_THREE}, (), ()),
        ([complete(ONE, B_TWO), complete(THREE, scheme=0)], B, {THREE, B_TWO}, (), ()),
        ([complete(ONE, B_LONG), complete(THREE, scheme=0)], B, {THREE}, (), {B_LONG}),
        ([complete(ONE, B_LONG), complete(THREE, scheme=0), complete(scheme=2)], B, {THREE}, (), ()),
        ([complete(ONE), complete(verdict="skip")], B, {ONE}, (), ()),
        ([complete(ONE), complete(verdict="unusable")], B, {ONE}, (), ()),
        ([complete(ONE), complete(ONE, verdict="reject")], B, {ONE}, (), ()),
        ([complete(ONE), complete(TWO, repeat=True)], B, {ONE}, (), ()),
        ([complete(verdict="skip"), complete(ONE)], B, {ONE}, (), ()),
        ([yes(ONE)], (), {ONE}, (), ()),
        ([no(ONE)], (), (), {ONE}, ()),
        ([no(ONE, spans=(ONE, TWO))], (), (), {ONE, TWO}, ()),
        ([yes(ONE, shown=(TWO,), mode="teach")], (), {ONE}, {TWO}, ()),
        ([complete(ONE), yes(TWO)], B, {ONE, TWO}, (), ()),
        ([complete(ONE, TWO), no(ONE)], B, {TWO}, {ONE}, ()),
        ([yes(ONE), complete(TWO, scheme=0)], A, {TWO}, (), ()),
        ([no(ONE), complete(ONE, scheme=0)], A, {ONE}, (), ()),
        ([no(ONE), complete(TWO, scheme=0)], A, {TWO}, {ONE}, ()),
        ([no(ONE), yes(ONE)], (), {ONE}, (), ()),
        ([yes(ONE), no(ONE)], (), (), {ONE}, ()),
        ([yes(B_TWO), complete(ONE, scheme=0)], A, {ONE, B_TWO}, (), ()),
        ([yes(B_LONG), complete(TWO, scheme=0)], A, {TWO}, (), ()),
        ([complete(ONE, scheme=3)], (), {ONE}, (), ()),
        ([complete(ONE, TWO), complete(ONE, THREE, **BOB)], B, {ONE}, (), {TWO, THREE}),
        ([complete(ONE), complete(ONE, **BOB)], B, {ONE}, (), ()),
        ([complete(ONE, scheme=0), complete(B_TWO, scheme=2, **BOB)], B, {ONE, B_TWO}, (), ()),
        ([complete(TWO, scheme=0), complete(B_TWO, scheme=2, **BOB)], B, (), (), {TWO, B_TWO}),
        ([complete(ONE, scheme=0), yes(B_TWO, **BOB)], A, {ONE, B_TWO}, (), ()),
        ([complete(ONE), no(ONE, **BOB)], B, (), (), {ONE}),
        ([complete(ONE), no(TWO, **BOB)], B, {ONE}, {TWO}, ()),
        ([complete(ONE), complete(verdict="skip", **BOB)], B, {ONE}, (), ()),
        ([complete(ONE, TWO), complete(ONE, THREE, **BOB), complete(THREE, **DECIDED)], B, {THREE}, (), ()),
        ([complete(ONE), complete(TWO, **BOB), complete(TWO, **DECIDED), complete(ONE, **EVE)], B, {TWO}, (), ()),
        ([complete(ONE, B_TWO), complete(THREE, **BOB), complete(THREE, scheme=0, **DECIDED)], B, {THREE}, (), {B_TWO}),
        ([complete(ONE), complete(TWO, **BOB), yes(TWO, **DECIDED)], B, {TWO}, (), {ONE}),
        ([complete(ONE), complete(**BOB), complete(**DECIDED), complete(ONE, **DECIDED)], B, {ONE}, (), ()),
        ([complete(ONE), complete(verdict="skip", **DECIDED)], B, {ONE}, (), ()),
        ([yes(TWO), yes(Span(0, 5, "A"), **DECIDED), yes(ONE, **DECIDED)], (), {ONE}, (), ()),
    ],
)
def test_what_answers_say_together(answers, labels, spans, refused, unclear):
    assert (set(labels), set(spans), set(refused), set(unclear)) == known(*answers)


BOTH, JUST_A, LONG = frozenset("AB"), frozenset("A"), Span(2, 6, "A")
LEFT, RIGHT = Known(0, 4, BOTH), Known(4, 9, BOTH)


@pytest.mark.parametrize(
    ("answers", "labels", "passages", "spans", "unclear"),
    [
        ([within((0, 4), ONE)], (), [LEFT], {ONE}, ()),
        ([within((0, 4))], (), [LEFT], (), ()),
        ([within((0, 4), ONE, scheme=0)], (), [Known(0, 4, JUST_A)], {ONE}, ()),
        ([within((0, 4), ONE), within((4, 9), TWO)], (), [LEFT, RIGHT], {ONE, TWO}, ()),
        ([within((0, 4), ONE), within((0, 4))], (), [LEFT], (), ()),
        ([within((0, 4), LONG), within((4, 9), LONG)], (), [LEFT, RIGHT], {LONG}, ()),
        ([within((0, 4), LONG), within((4, 9))], (), [LEFT, RIGHT], (), {Span(2, 4, "A")}),
        ([within((0, 4), ONE), within((4, 9), LONG)], (), [LEFT, RIGHT], {LONG}, {ONE}),
        ([complete(ONE, TWO), within((4, 9), B_TWO)], B, [RIGHT], {ONE, B_TWO}, ()),
        ([complete(LONG), within((4, 9))], B, [RIGHT], (), {Span(2, 4, "A")}),
        ([complete(ONE, TWO), within((8, 9), THREE)], B, [Known(8, 9, BOTH)], {ONE, TWO, THREE}, ()),
        ([within((0, 4), ONE), complete(TWO)], B, (), {TWO}, ()),
        ([within((0, 4), ONE), complete(TWO, scheme=0)], A, [Known(0, 4, frozenset("B"))], {TWO}, ()),
        ([yes(ONE), within((0, 4))], (), [LEFT], (), ()),
        ([within((0, 4)), yes(ONE)], (), [LEFT], {ONE}, ()),
        ([within((0, 4), ONE), no(ONE)], (), [LEFT], (), ()),
        ([within((0, 4), ONE), within((0, 4), **BOB)], (), [LEFT], (), {ONE}),
        ([within((0, 4), ONE), within((4, 9), TWO, **BOB)], (), [LEFT, RIGHT], {ONE, TWO}, ()),
        ([complete(ONE, TWO), within((0, 4), **BOB)], B, [LEFT], {TWO}, {ONE}),
    ],
)
def test_what_answers_about_passages_say_together(answers, labels, passages, spans, unclear):
    truth = resolve(ranked(*answers), SCHEMES)

    assert (set(labels), set(passages), set(spans)) == (truth.labels, set(truth.passages), set(truth.spans))
    assert set(unclear) == set(truth.unclear)


@pytest.mark.parametrize(
    ("span", "denied"),
    [(ONE, False), (Span(1, 3, "A"), True), (LONG, True), (TWO, False), (Span(3, 4, "B"), True)],
)
def test_a_span_that_touches_a_passage_is_wrong_if_it_is_not_marked(span, denied):
    assert denied == resolve(ranked(within((0, 4), ONE)), SCHEMES).denies(span)


@pytest.mark.parametrize(
    ("one", "other", "implies"),
    [
        (complete(ONE), within((0, 4), ONE), True),
        (within((0, 4), ONE), complete(ONE), False),
        (within((0, 9), ONE), within((0, 4), ONE), True),
        (within((0, 4), ONE), within((0, 9), ONE), False),
        (within((0, 4), ONE), within((0, 4), ONE, scheme=0), True),
        (within((0, 4), ONE, scheme=0), within((0, 4), ONE), False),
        (within((0, 4), ONE), yes(ONE), True),
        (yes(ONE), within((0, 4), ONE), False),
    ],
)
def test_an_answer_about_a_passage_says_what_one_about_a_smaller_passage_says(one, other, implies):
    assert implies == resolve([one], SCHEMES).implies(resolve([other], SCHEMES))


def test_what_is_left_of_an_answer_about_a_passage_has_the_spans_of_a_later_one_on_its_seam():
    (older, newer) = parts(ranked(within((0, 4), ONE), within((4, 9), LONG)), SCHEMES)

    assert ((LONG,), (LEFT,), False) == (older.spans, older.passages, older.is_whole)
    assert ((LONG,), (RIGHT,), True) == (newer.spans, newer.passages, newer.is_whole)


def test_an_earlier_answer_that_is_flagged_or_corrected_does_not_become_a_later_one():
    first, second = ranked(complete(ONE, scheme=0), complete(TWO, B_THREE))
    flagged = replace(first, id="3", flag=True, retracts="1", seq=3)

    assert (TWO, B_THREE) == resolve([flagged, second], SCHEMES).spans
    assert (TWO, B_THREE) == resolve([second, flagged], SCHEMES).spans


def test_what_was_adjudicated_stands_when_an_answer_changes_and_is_marked_stale():
    first, second, decided = ranked(complete(ONE), complete(TWO, **BOB), complete(TWO, **DECIDED))
    changed = replace(first, id="4", spans=(THREE,), seq=4, retracts="1")
    fresh, stale = resolve([first, second, decided], SCHEMES), resolve([changed, second, decided], SCHEMES)

    assert ((TWO,), False) == (fresh.spans, fresh.is_stale)
    assert ((TWO,), True) == (stale.spans, stale.is_stale)


def test_spans_of_two_annotators_that_touch_are_both_unclear_also_where_nobody_denies_them():
    a_long = replace(B_LONG, label="A")
    ann = complete(TWO, scheme=0), within((4, 7), a_long, scheme=2)
    bob = within((4, 7), TWO, scheme=0, **BOB), complete(B_TWO, scheme=2, **BOB)

    assert ({"A", "B"}, set(), set(), {TWO, a_long, B_TWO}) == known(*ann, *bob)


def test_who_adjudicates_says_nothing_as_an_annotator():
    given = ranked(complete(ONE), complete(TWO, **BOB), complete(TWO, **DECIDED))

    assert {(1, "ann"), (1, "bob")} == of_annotators(given, SCHEMES).keys()


def test_each_part_says_where_it_comes_from():
    first, second, skip = ranked(complete(ONE, B_TWO), complete(THREE, scheme=0), complete(verdict="skip"))
    (older, newer) = resolve([first, second, skip], SCHEMES).parts

    assert (first, {"B"}, (B_TWO,), False) == (older.answer, set(older.labels), older.spans, older.is_whole)
    assert (second, {"A"}, (THREE,), True) == (newer.answer, set(newer.labels), newer.spans, newer.is_whole)


@pytest.mark.parametrize(
    ("earlier", "later", "left"),
    [
        (complete(ONE), complete(ONE), None),
        (complete(ONE), yes(ONE), (ONE,)),
        (complete(ONE), yes(TWO), (ONE, TWO)),
        (complete(ONE), yes(Span(0, 5, "A")), (Span(0, 5, "A"),)),
        (yes(ONE), complete(ONE, TWO), (ONE,)),
        (yes(ONE), complete(TWO), None),
        (yes(ONE, TWO), no(ONE), (TWO,)),
    ],
)
def test_what_is_left_of_an_answer_contradicts_no_later_one(earlier, later, left):
    found = parts(ranked(earlier, later), SCHEMES)

    assert left == next((part.spans for part in found if part.answer.rank == 1), None)


def test_texts_come_in_the_order_in_which_they_were_answered_last():
    one, two, three = ranked(complete(ONE), complete(TWO, text_id=2), complete(THREE))

    assert [2, 1] == list(of_texts([one, two, three], SCHEMES))
    assert [1, 2] == list(of_texts([one, two], SCHEMES))


def test_what_somebody_else_says_takes_nothing_of_an_answer():
    one, two = ranked(complete(ONE), complete(TWO, **BOB))

    assert [one, two] == whole([one, two], SCHEMES)
    assert [(ONE,), (TWO,)] == [part.spans for part in parts([one, two], SCHEMES)]


@pytest.mark.parametrize(
    ("span", "judged", "denied"),
    [
        (ONE, True, False),
        (THREE, True, True),
        (B_TWO, False, False),
        (Span(1, 3, "B"), True, True),
        (Span(5, 6, "A"), False, False),
    ],
)
def test_a_span_is_judged_where_something_is_known(span, judged, denied):
    truth = Truth(frozenset("A"), (ONE,), unclear=(TWO,))

    assert (judged, denied) == (truth.judges(span), truth.denies(span))


@pytest.mark.parametrize(
    ("one", "other", "contradicts", "implies"),
    [
        (complete(ONE), complete(ONE), False, True),
        (complete(ONE), complete(ONE, scheme=0), False, True),
        (complete(ONE, scheme=0), complete(ONE), False, False),
        (complete(ONE), complete(), True, False),
        (complete(), complete(ONE), True, False),
        (complete(ONE), yes(ONE), False, True),
        (complete(ONE), yes(TWO), True, False),
        (complete(ONE), no(TWO), False, True),
        (complete(ONE), no(ONE), True, False),
        (yes(ONE), yes(TWO), False, False),
        (yes(ONE), yes(Span(1, 3, "B")), True, False),
        (complete(ONE), complete(verdict="skip"), False, True),
    ],
)
def test_two_answers_contradict_each_other_or_one_says_nothing_new(one, other, contradicts, implies):
    first, second = resolve([one], SCHEMES), resolve([other], SCHEMES)

    assert (contradicts, contradicts) == (first.contradicts(second), second.contradicts(first))
    assert implies == first.implies(second)


EVERY = [Span(start, end, label) for start, end in combinations(range(4), 2) for label in "AB"]


def flat(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Some of the spans, none of which touches another."""
    kept: list[Span] = []
    for span in spans:
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept))


PASSAGES = st.sampled_from(list(combinations(range(4), 2)))
SPANS = st.lists(st.sampled_from(EVERY), max_size=3).map(flat)
ANSWERS = st.builds(
    Answer,
    id=st.just(""),
    text_id=st.just(1),
    annotator=st.sampled_from(["ann", "ann", "bob", "eve"]),
    verdict=st.sampled_from(["accept", "accept", "accept", "reject", "skip", "unusable"]),
    spans=SPANS,
    shown=SPANS,
    complete=st.booleans(),
    mode=st.sampled_from(["correct", "teach"]),
    scheme=st.sampled_from(sorted(SCHEMES)),
    repeat=st.sampled_from([False, False, False, True]),
    adjudicates=st.sampled_from([(), (), (), ("1",)]),
)


@st.composite
def answers_in_passages(draw: st.DrawFn) -> Answer:
    """A complete answer, or one about a passage whose spans touch it."""
    answer = replace(draw(ANSWERS), verdict="accept", repeat=False, adjudicates=(), mode="correct")
    if answer.complete:
        return answer
    start, end = draw(PASSAGES)
    inside = tuple(span for span in answer.spans if span.start < end and start < span.end)
    return replace(answer, passage=(start, end), spans=inside)


@given(st.lists(answers_in_passages(), min_size=1, max_size=5))
def test_where_a_passage_is_known_the_last_answer_of_an_annotator_decides(answers):
    answers = [replace(answer, annotator="ann") for answer in ranked(*answers)]
    truth = resolve(answers, SCHEMES)
    last = answers[-1]
    asked = [one for one in EVERY if one.label in SCHEMES[last.scheme]]
    start, end = last.passage or (0, 9)

    for span in [one for one in asked if one.start < end and start < one.end]:
        assert (span in last.spans) == (span in truth.spans)
        assert span in last.spans or truth.denies(span) or any(touch(span, one) for one in truth.unclear)


@given(st.lists(answers_in_passages(), max_size=5), st.randoms())
def test_the_order_in_which_answers_about_passages_are_given_to_it_says_nothing(answers, random):
    answers = ranked(*answers)
    truth = resolve(answers, SCHEMES)

    assert truth == resolve(random.sample(answers, len(answers)), SCHEMES)
    assert not any(touch(one, other) for one, other in product(truth.spans, truth.spans) if one != other)


def says(answer: Answer, span: Span) -> str:
    """What one answer says of a span: "yes", "no", "cut" (it marks something that the span touches), or nothing."""
    decides = answer.verdict == "accept" or (answer.verdict == "reject" and not answer.complete)
    if answer.repeat or not decides:
        return ""
    if answer.verdict == "accept" and span in answer.spans:
        return "yes"
    if answer.verdict == "reject" and span in (*answer.shown, *answer.spans):
        return "refused"
    if not answer.complete and answer.mode == "teach" and span in answer.shown:
        return "refused"
    if answer.complete and span.label in SCHEMES[answer.scheme]:
        return "no"
    touching = any(span.start < other.end and other.start < span.end for other in answer.spans)
    return "cut" if touching and answer.verdict == "accept" else ""


def slowly(answers: Sequence[Answer]) -> dict[Span, str]:
    """What the answers of one annotator say of every span, looked up from the last one to the first."""
    found: dict[Span, str] = {}
    for span in EVERY:
        said = [(word, answer) for answer in reversed(answers) if (word := says(answer, span))]
        before = next(((word, answer) for word, answer in said if word != "cut"), None)
        found[span] = said[0][0] if said else ""
        until = [] if before is None else answers[: answers.index(before[1]) + 1]
        if found[span] == "cut" and before is not None and before[0] == "yes" and span.label in decided(until):
            found[span] = "unclear"
        if "refused" in [word for word, _ in takewhile(lambda pair: pair[0] != "yes", said)]:
            found[span] = "refused"
    return found


def decided(answers: Sequence[Answer]) -> set[str]:
    """The labels that some answer is complete for."""
    return {
        label
        for answer in answers
        if answer.complete and answer.verdict == "accept" and not answer.repeat
        for label in SCHEMES[answer.scheme]
    }


def by_annotator(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    for _, theirs in groupby(sorted(answers, key=lambda answer: answer.annotator), key=lambda answer: answer.annotator):
        yield list(theirs)


def touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


@given(st.lists(ANSWERS, max_size=5))
def test_it_is_what_looking_up_every_span_gives(answers):
    answers = ranked(*answers)
    truth = resolve(answers, SCHEMES)
    last = [answer for answer in answers if answer.adjudicates]
    others = [answer for answer in answers if not answer.adjudicates]
    # What was adjudicated is the last word of each annotator, and one more beside.
    every = [[*given, *last] for given in by_annotator(others)] + [last] * bool(last)
    theirs = [(slowly(given), decided(given)) for given in every]
    agreed, unclear, refused = set(), set(), set()
    for span in EVERY:
        words = [said[span] for said, _ in theirs]
        denied = [_denied(said, labels, span) for said, labels in theirs]
        if "yes" in words:
            (unclear if any(denied) else agreed).add(span)
        elif "refused" in words:
            refused.add(span)
        if "unclear" in words:
            unclear.add(span)

    assert (agreed, unclear, refused) == (set(truth.spans), set(truth.unclear), set(truth.refused))
    assert set().union(*(labels for _, labels in theirs)) == truth.labels


def _denied(said: dict[Span, str], labels: set[str], span: Span) -> bool:
    if said[span] == "yes" or any(said[other] == "unclear" and touch(span, other) for other in EVERY):
        return False
    marked = any(said[other] == "yes" and touch(span, other) for other in EVERY)
    return span.label in labels or said[span] == "refused" or marked


@given(st.lists(ANSWERS, max_size=5), st.randoms())
def test_the_order_in_which_answers_are_given_to_it_says_nothing(answers, random):
    answers = ranked(*answers)
    shuffled = random.sample(answers, len(answers))

    assert resolve(answers, SCHEMES) == resolve(shuffled, SCHEMES)


@given(st.lists(ANSWERS, max_size=5))
def test_what_is_right_never_overlaps(answers):
    spans = resolve(ranked(*answers), SCHEMES).spans

    assert not any(touch(one, other) for one, other in product(spans, spans) if one != other)


def test_nothing_else_in_the_house_decides_which_answers_count():
    """The six rules that there were before: by event, by rank, by order in a list."""
    house = "\n".join(path.read_text(encoding="utf-8") for path in Path(loop.__file__).parent.rglob("*.py"))
    gone = (
        "def latest(answers",
        "def held_out(self) -> list[Answer]",
        "def _complete(store",
        "stood[key]",
        "last[answer.",
    )

    assert [] == [rule for rule in gone if rule in house]
    assert 1 == house.count("\ndef resolve(")


@st.composite
def imported(draw: st.DrawFn) -> Answer:
    """An answer that is unclear at some places, as what an earlier export left of it."""
    answer = draw(answers_in_passages())
    start, end = answer.passage or (0, 9)
    unclear = [one for one in draw(SPANS) if one.label in SCHEMES[answer.scheme] and one.touches((start, end))]
    return replace(answer, unclear=tuple(one for one in unclear if not any(map(one.overlaps, answer.spans))))


@given(st.lists(st.one_of(ANSWERS, answers_in_passages(), imported()), max_size=6))
def test_parts_taken_for_answers_say_the_same_together(answers):
    """As after an export and an import."""
    answers = ranked(*answers)
    found = sorted(parts(answers, SCHEMES) + decisions(answers, SCHEMES), key=lambda part: part.answer.rank)
    again = [replace(part.as_answer(), scheme=n, rank=n) for n, part in enumerate(found)]
    truth = resolve(again, {n: part.covers for n, part in enumerate(found)})

    assert said(resolve(answers, SCHEMES)) == said(truth)


def said(truth: Truth) -> tuple[object, ...]:
    """What is known: of what is unclear only where it is, since nothing asks which of several spans says so."""
    unclear = {place for span in truth.unclear for place in range(span.start, span.end)}
    return truth.labels, truth.spans, truth.refused, unclear, {one for one in truth.passages if one.labels}
