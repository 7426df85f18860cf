from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from loop.held_out import NOTHING_RESERVED, HeldOut, Reserved
from loop.progress.held_out_gold import held_out_now
from loop.records import Answer, Text
from loop.settings import ProjectSettings, QueueSettings, Settings
from loop.store import NewText, Store
from loop.trainer.candidates import draw

ACTIONS = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 12)),
    st.tuples(st.just("ask"), st.integers(0, 9)),
    st.tuples(st.just("import"), st.integers(0, 40)),
    st.tuples(st.just("take back"), st.integers(0, 20)),
    st.tuples(st.just("move the line"), st.sampled_from([0.1, 0.3, 0.5])),
)


class History:
    """A project whose texts come in groups of up to three, and what happens to it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.create(folder / "loop.db")
        self.scheme = self.store.journal.scheme(["PART"])
        self.share, self.count, self.asked = 0.3, 0, 0

    def do(self, action: str, n: float) -> None:
        getattr(self, "_" + action.replace(" ", "_"))(n)

    def _add(self, n: int) -> None:
        names = range(self.count, self.count + n)
        group = {0: None, 1: f"g{self.count // 4}"}
        self.store.corpus.add_batch((NewText(f"text {i}", group=group[i % 3 > 0]) for i in names), source="x")
        self.count += n

    def _ask(self, n: int) -> None:
        """Answer what the trainer would lay out, from either side of the line."""
        queue = QueueSettings(held_out_share=self.share)
        settings = Settings(project=ProjectSettings(labels=("PART",)), queue=queue)
        line = held_out_now(self.store, settings, NOTHING_RESERVED)
        drawn = draw(self.store, settings, [], Random(n), held_out=line)
        sides = [(text, False) for text in drawn.fresh[:2]] + [(text, True) for text in drawn.held_out[:2]]
        for text, held_out in sides[n % 2 :: 2]:
            self._answer(text, held_out=held_out)

    def _import(self, n: int) -> None:
        for text in self.store.corpus.texts([n]):
            self._answer(text, held_out=False)

    def _answer(self, text: Text, *, held_out: bool) -> None:
        self.asked += 1
        self.store.answers.add(
            Answer(f"a{self.asked}", text.id, "ann", "accept", scheme=self.scheme, held_out=held_out)
        )

    def _take_back(self, n: int) -> None:
        for answer in self.store.answers.standing()[n : n + 1]:
            self.asked += 1
            taken = Answer(f"a{self.asked}", answer.text_id, "ann", "retract", scheme=self.scheme, retracts=answer.id)
            self.store.answers.add(taken)

    def _move_the_line(self, share: float) -> None:
        self.share = share

    def units(self, answers: list[Answer]) -> set[str]:
        texts = self.store.corpus.texts([answer.text_id for answer in answers])
        return {text.group or text.text for text in texts}


@settings(max_examples=25)
@given(st.lists(ACTIONS, min_size=4, max_size=25))
def test_no_held_out_text_nor_one_of_its_group_is_ever_in_an_update(actions):
    with TemporaryDirectory() as folder, ExitStack() as stack:
        history = History(Path(folder))
        stack.callback(history.store.close)
        history.do("add", 12)
        for action, n in actions:
            history.do(action, n)
            learned = history.units(history.store.answers.training())
            evaluated = history.units(history.store.answers.evaluation())

            assert learned.isdisjoint(evaluated)


def test_a_text_of_the_gold_file_or_of_a_group_there_is_no_candidate(settings, store):
    texts = [NewText(f"text {n}", group=f"g{n % 4}") for n in range(40)] + [NewText("alone"), NewText("other")]
    store.corpus.add_batch(texts, source="x")
    gold = Reserved(frozenset({"alone"}), frozenset({"g1"}))
    names = [text.text for text in draw(store, settings, [], Random(0), held_out=HeldOut(gold=gold)).fresh]

    assert "alone" not in names
    assert {text.text for text in texts if text.group == "g1"}.isdisjoint(names)
    assert len(names) > 20
