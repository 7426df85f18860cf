"""Answers about a passage are checked in the passage only."""

from __future__ import annotations

from dataclasses import replace

from answered import answered

from loop.quality import Given, check, given

SCHEMES = {0: ("PART",)}
SAME = [answered(n, "new [chain]PART") for n in range(3)]
TEXT = "old chain and old hub"


def about(passage: tuple[int, int], written: str = TEXT, **more):
    return answered(7, written, complete=False, passage=passage, **more)


def test_what_is_outside_of_the_passage_is_not_unmarked() -> None:
    assert [] == check([*SAME, about((10, 21))], SCHEMES)
    assert ["inconsistent"] == [finding.kind for finding in check([*SAME, about((0, 9))], SCHEMES)]


def test_what_the_model_was_sure_of_outside_of_the_passage_is_not_denied() -> None:
    assert [] == check([about((0, 9), sure="hub=PART 95")], SCHEMES)
    assert ["improbable"] == [one.kind for one in check([about((10, 21), sure="hub=PART 95")], SCHEMES)]


def by(annotator: str, one: Given) -> Given:
    return one._replace(answer=replace(one.answer, id=f"{one.answer.id} {annotator}", annotator=annotator))


def test_two_people_disagree_only_where_both_were_asked() -> None:
    whole = by("bob", answered(7, "old [chain]PART and old [hub]PART"))
    hub = by("ann", about((10, 21), "old chain and old [hub]PART"))

    assert [] == check([whole, hub], SCHEMES)
    assert ["disagreement"] == [one.kind for one in check([whole, by("ann", about((0, 9)))], SCHEMES)]
    assert [] == check([by("bob", about((0, 9))), hub], SCHEMES)


def test_partial_answers_about_no_passage_are_not_checked() -> None:
    assert [] == given([answered(7, TEXT, complete=False)])
    assert 1 == len(given([about((0, 9))]))
