"""Whatever two or three annotators and a reviewer do, rounds are those that the events give from the beginning."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from test_histories import FEW, SEEDS, Histories

from loop.checkpoints.checkpoints import Checkpoints
from loop.truth import of_texts

PEOPLE = st.sampled_from(["ann", "bob", "cid"])


class SeveralHistories(Histories):
    """One project, some of whose texts need two or three annotators."""

    def give(self, text_id: int, seed: int, **other: object) -> None:
        """As in a session: the first annotator of a text decides how many it needs."""
        given = [one for one in self.store.answers.standing() if one.text_id == text_id]
        drawn = Random(text_id).choice([1, 1, 2, 2, 3])
        needs = max((one.needs for one in given), default=1 if other.get("held_out") else drawn)
        super().give(text_id, seed, **{"needs": needs, "mode": "correct", **other})

    @rule(n=FEW, seed=SEEDS, annotator=PEOPLE)
    def answer_by(self, n: int, seed: int, annotator: str) -> None:
        mine = {one.text_id for one in self.store.answers.standing() if one.annotator == annotator}
        for text in self.store.corpus.sample_pool(n, Random(seed)):
            if text.id not in mine:
                self.give(text.id, seed + text.id, annotator=annotator, complete=True)

    @rule(seed=SEEDS)
    def adjudicate(self, seed: int) -> None:
        given = self.store.answers.standing()
        if given:
            text_id = Random(seed).choice(given).text_id
            ids = tuple(one.id for one in given if one.text_id == text_id and not one.adjudicates)
            held_out = any(one.held_out for one in given if one.text_id == text_id)
            if ids:
                self.give(text_id, seed, annotator="rev", adjudicates=ids, complete=True, held_out=held_out)

    @rule(annotator=PEOPLE, others=st.sets(PEOPLE))
    def retire(self, annotator: str, others: set[str]) -> None:
        self.store.annotators.retire(annotator, others)

    def complete(self) -> set[int]:
        """The answered texts that need nobody else, slowly."""
        released, given = {id_ for _, ids in self.released() for id_ in ids}, self.store.answers.standing()
        return {
            id_
            for id_ in {one.text_id for one in given}
            if (mine := [one for one in given if one.text_id == id_])
            and (
                id_ in released
                or any(one.adjudicates for one in mine)
                or len({one.annotator for one in mine}) >= max(one.needs for one in mine)
            )
        }

    @invariant()
    def the_pool_holds_what_nobody_answered(self) -> None:
        """The pool holds the texts that are not answered by as many as they need, and nobody is asked twice."""
        every = {text.id for text in self.store.corpus.matching(())}
        complete, given = self.complete(), self.store.answers.standing()

        assert every - complete == {text.id for text in self.store.corpus.unanswered(sorted(every))}
        assert len(every - complete) == self.store.corpus.pool_size()
        assert {one.text_id for one in given if one.waits} == {one.text_id for one in given} - complete
        question = self.store.questions.head("ann")
        if question is not None and question.stream not in ("revisit", "repeat"):
            assert question.text.id not in {one.text_id for one in given if one.annotator == "ann"}

    @invariant()
    def what_waits_teaches_nothing(self) -> None:
        complete = self.complete()

        assert {one.text_id for one in self.store.answers.training()} <= complete
        assert {one.text_id for one in self.store.answers.evaluation()} <= complete

    @invariant()
    def where_annotators_differ_nothing_is_gold(self) -> None:
        """Unless somebody decided, no span is right that an annotator's complete answer leaves out."""
        given, schemes = self.store.answers.standing(), self.store.journal.schemes()
        for id_, truth in of_texts(given, schemes).items():
            mine = [one for one in given if one.text_id == id_]
            if any(one.adjudicates for one in mine) or len({one.annotator for one in mine}) < 2:
                continue
            last = {one.annotator: one for one in sorted(mine, key=lambda one: one.rank)}
            for answer in last.values():
                if answer.complete and answer.verdict == "accept":
                    asked = set(schemes[answer.scheme])
                    assert {span for span in truth.spans if span.label in asked} <= set(answer.spans)

    def nothing_held_out_is_learned(self, number: int) -> None:
        super().nothing_held_out_is_learned(number)
        text_of = {answer.id: answer.text_id for answer in self.store.answers.all()}
        waiting = {one.text_id for one in self.store.answers.standing() if one.waits}
        keys = Checkpoints(self.paths.models).info(number).answers

        assert not waiting & {text_of[key.partition("@")[0]] for key in keys}


def check(histories: int, steps: int) -> None:
    run_state_machine_as_test(
        SeveralHistories,
        settings=hypothesis_settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_histories_of_several_annotators() -> None:
    check(5, 14)


@pytest.mark.slow
def test_many_histories_of_several_annotators() -> None:
    check(int(os.environ.get("LOOP_HISTORIES", "200")), 40)
