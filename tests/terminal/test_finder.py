from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from terminal_project import LABELS, question
from test_controller import keys, text

from loop.editing import keymap
from loop.records import Answer, Focus
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import NewAnswer, NewText, Store
from loop.terminal.controller import Controller
from loop.terminal.frame import why
from loop.terminal.key_line import key_line
from loop.terminal.pages import finder_rows, waiting_words

ONE = question("the SRAM Rival shifter", "SRAM=BRAND 93")
TWO = question("my Canyon rubs", "Canyon=BRAND 50")
THREE = question("a KMC chain 100% worn", "KMC=BRAND 80")
Sit = Callable[..., Controller]


def listed(controller: Controller) -> list[str]:
    assert controller.finder is not None
    return ["".join(part for _, part in row).strip() for row in finder_rows(controller.finder, 80, 20)[3:]]


def test_history_lists_answers_newest_first_and_typing_narrows_it(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, THREE), "enter s u c-o")
    everything = listed(controller)
    keys(controller, "b r a n d space r i v")

    assert ["› my Canyon rubs  skipped (unsure)", "the SRAM Rival shifter  accepted, 1 BRAND"] == everything
    assert ["› the SRAM Rival shifter  accepted, 1 BRAND"] == listed(controller)
    assert ["No answer matches."] == listed(keys(controller, "x"))
    assert ["› the SRAM Rival shifter  accepted, 1 BRAND"] == listed(keys(controller, "backspace"))


def test_an_old_answer_is_opened_changed_and_both_are_kept(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, THREE), "enter enter c-o down enter")
    opened = text(controller)
    keys(controller, "tab 2 enter")
    last = controller.session.status().last

    assert (ONE.text.text, THREE.text.text) == (opened, text(controller))
    assert last is not None
    assert last.retracts is not None
    assert ["PART"] == [span.label for span in last.spans]


def test_an_old_answer_is_left_as_it_was(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter c-o enter tab d >")

    assert (TWO.text.text, 1) == (text(controller), len(controller.session.texts.history("", hard=False)))
    assert ["› the SRAM Rival shifter  accepted, 1 BRAND"] == listed(keys(controller, "c-o"))


def test_hard_cases_can_be_walked(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, THREE), "f enter enter m o d d enter enter c-o tab")

    assert [
        "› a KMC chain 100% worn  accepted, 1 BRAND · odd",
        "the SRAM Rival shifter  ⚑ accepted, 1 BRAND",
    ] == listed(controller)
    assert 3 == len(listed(keys(controller, "tab")))


LONG = f"{'word ' * 60}the Ἄtlas KMC chain {'rest ' * 60}".strip()


@pytest.mark.parametrize("typed", ["k m c", "K M C", "k m c space c h a i n", "Ἄ t l a s"])
def test_a_match_far_into_a_long_text_is_shown(sit_down: Sit, typed: str) -> None:
    (found,) = listed(keys(sit_down(ONE, question(LONG, "KMC=BRAND 93")), f"c-f {typed} enter"))

    assert "the Ἄtlas KMC chain rest" in found
    assert (True, True, 79) == (found.startswith("› …"), found.endswith("…"), len(found))


@pytest.mark.parametrize("typed", ["k m c", "b r a n d"])
def test_history_shows_the_match_and_opens_the_text_there(sit_down: Sit, typed: str) -> None:
    controller = keys(sit_down(question(LONG, "KMC=BRAND 93"), ONE), f"enter c-o {typed}")
    (found,) = listed(controller)
    keys(controller, "enter")
    assert controller.state is not None

    assert found.startswith("› …")
    assert "KMC chain rest" in found
    assert found.endswith("accepted, 1 BRAND")
    assert "KMC" == controller.state.page.string(controller.state.cursor, controller.state.cursor + 1)


def test_the_end_of_a_memo_is_shown_where_it_matches(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "m")
    controller.paste("nobody here is sure whether hubs count as wheels")
    keys(controller, "enter enter c-o w h e e l s")
    (found,) = listed(controller)

    assert found.startswith("› the SRAM Rival shifter")
    assert found.endswith("as wheels")


@pytest.mark.parametrize("key", ["escape", "c-c", "backspace"])
def test_a_list_is_closed_without_a_trace(sit_down: Sit, key: str) -> None:
    controller = keys(sit_down(ONE, TWO), f"enter c-o {key}")

    assert ("text", None, TWO.text.text) == (controller.view, controller.finder, text(controller))


def test_what_was_edited_is_kept_when_an_old_answer_is_opened(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter tab 2 c-o enter >")
    assert controller.state is not None

    assert (TWO.text.text, 1) == (text(controller), len(controller.state.past))


def test_a_text_of_the_pool_is_found_and_asked_about_next(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, THREE), "c-f k m c")
    before = listed(controller)
    keys(controller, "enter")
    found = listed(controller)
    keys(controller, "enter")

    assert ([], ["› a KMC chain 100% worn"]) == (before, found)
    assert ("It is the next question.", ONE.text.text) == (controller.notice, text(controller))
    assert THREE.text.text == text(keys(controller, "enter"))
    assert TWO.text.text == text(keys(controller, "enter"))


def test_typed_signs_are_no_wildcards(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, THREE), "c-f 0 % enter")

    assert ["› a KMC chain 100% worn"] == listed(controller)
    assert ["No unanswered text contains this."] == listed(keys(controller, "% enter"))


def test_a_text_without_a_question_waits_for_the_trainer(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE, TWO)
    session._store.questions.publish([], round=4)
    controller = keys(Controller(session, keymap(session.labels)), "c-f r u b s enter enter")

    assert "It becomes the next question once a trainer runs; none is running now." == controller.notice
    (wished,) = session._store.requests.asked_for()
    assert (TWO.text.text, (10, 14)) == (wished.text.text, wished.place)


def test_pasted_text_is_looked_for(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "c-f")
    controller.paste("Canyon rubs\n")

    assert ["› my Canyon rubs"] == listed(keys(controller, "enter"))


def test_the_key_line_says_what_enter_does(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "c-f x")

    assert "Enter search" in "".join(part for _, part in key_line(controller, 100))


def test_unsure_texts_come_back_at_the_end_once_a_session(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "s u s b")
    back = text(controller), controller.reopened is not None
    keys(controller, "s u")

    assert (ONE.text.text, True) == back
    assert None is text(controller)


def test_an_unsure_text_that_is_answered_at_last_replaces_the_skip(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "s u enter")
    last = controller.session.status().last

    assert last is not None
    assert ("accept", True, 1) == (last.verdict, last.retracts is not None, controller.session.status().answers_total)


def test_a_session_that_measures_ends_after_so_many(open_session: Callable[..., Session]) -> None:
    held = [question(f"text {n}", stream="held_out") for n in range(4)]
    first = open_session(*held)
    first.close()
    focus = Focus(measure=2)
    session = Session(first._paths, first._settings, first._store, annotator="ann", focus=focus)
    waiting = session.next()
    asked = first._store.questions.get(["q0", "q1", "q2", "q3"]).values()
    first._store.questions.publish([*map(fresh, asked)], round=3, focus=focus)
    controller = Controller(session, keymap(session.labels))
    controller.drawn = True
    counted = []
    for pressed in ("0", "x", "b b s u", "0", "0"):  # unusable texts and skips evaluate nothing
        counted.append(why(controller, 80)[0][1].partition(":")[0])
        keys(controller, pressed)
    session.close()

    assert None is waiting
    assert [f" HELD OUT, {number} of 2" for number in (1, 2, 2, 1, 2)] == counted
    assert (None, 2) == (text(controller), controller.status.answers_total)
    assert "2 held-out texts are answered." in waiting_words(controller)


def fresh(asked: object) -> object:
    from dataclasses import replace

    return replace(asked, id=f"{asked.id}-again")  # type: ignore[type-var, attr-defined]


def test_a_session_that_measures_says_how_many_it_had_when_none_is_left(
    open_session: Callable[..., Session],
) -> None:
    first = open_session(question("the SRAM", stream="held_out"))
    first.close()
    focus = Focus(measure=8)
    session = Session(first._paths, first._settings, first._store, annotator="ann", focus=focus)
    (asked,) = first._store.questions.get(["q0"]).values()
    first._store.questions.publish([fresh(asked)], round=3, focus=focus)
    controller = Controller(session, keymap(session.labels))
    controller.drawn = True
    keys(controller, "0")
    session._store.corpus.add_batch([NewText("not held out")], source="more")
    session._store.questions.publish([], round=4, focus=focus)
    controller.tick()
    session.close()

    assert "No held-out text is left to ask about. You answered 1 of 8." in waiting_words(controller)


def test_a_string_becomes_a_pattern_once(sit_down: Sit) -> None:
    controller = sit_down(ONE)
    root = controller.session._paths.root
    (root / "loop.cfg").write_text(
        '# mine\n[project]\nlabels = ["BRAND", "PART"]  \n# why\npatterns = null\nseed = 1\n'
    )
    said = [keys(controller, "tab +").notice, keys(controller, "+").notice]

    assert [
        "Added “SRAM” as a pattern for BRAND to patterns.jsonl.",
        "“SRAM” is already a pattern for BRAND.",
    ] == said
    assert '{"label": "BRAND", "pattern": "SRAM"}\n' == (root / "patterns.jsonl").read_text()
    assert (
        '# mine\n[project]\nlabels = ["BRAND", "PART"]  \n# why\npatterns = "patterns.jsonl"\nseed = 1\n'
        == (root / "loop.cfg").read_text()
    )


def test_an_answer_from_elsewhere_that_cannot_be_opened_says_where_it_can(sit_down: Sit, tmp_path: Path) -> None:
    controller = sit_down(ONE)
    gold = Answer("g1", 0, "ann", "accept", (), mode="import")
    with Store(ProjectPaths(tmp_path / "shop").db) as store:
        store.import_answers([NewAnswer(NewText("an old hub"), gold)], labels=LABELS, source="gold.jsonl")
    found = listed(keys(controller, "c-o"))
    keys(controller, "enter")

    assert ["› an old hub  no entities"] == found
    assert ("text", ONE.text.text) == (controller.view, text(controller))
    assert "open it in `loop annotate`" in controller.notice
