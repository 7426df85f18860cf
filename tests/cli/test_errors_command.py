from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_running import Run
from reported_project import evaluate

from loop.cli.errors import MistakeReview
from loop.progress.held_out_mistakes import judgements
from loop.records import Span
from loop.session import Review
from loop.settings import ProjectPaths, load_settings
from loop.store import Store


@pytest.fixture
def evaluated(project: Path) -> Path:
    """A project whose last round finds an A at the start of each text and, where no 1 stands, B for the A "hub"."""
    evaluate(project)
    return project


@pytest.fixture
def opened(evaluated: Path) -> Iterator[tuple[MistakeReview, Store]]:
    paths, settings = ProjectPaths(evaluated), load_settings(evaluated)
    with Store(paths.db) as store:
        yield MistakeReview(store, settings, paths), store


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says which keys the person is going to press."""
    return lambda *keys: monkeypatch.setattr("loop.terminal.keypress.read_key", iter(keys).__next__)


def test_every_mistake_is_listed_with_what_is_right_and_what_was_found(evaluated: Path, run: Run) -> None:
    lines = run("errors", "--list").out.splitlines()

    assert "text 4  spurious  gold: nothing  found: “num” A  [spurious?]" in lines
    assert "text 4  label     gold: “hub” A  found: “hub” B  [label?]" in lines
    assert "           A  all" == lines[-4]
    assert ["label", "7", "7"] == lines[-3].split()
    assert ["spurious", "11", "11"] == lines[-2].split()
    assert "18 mistakes, 0 of them judged; the others by their likely reason." == lines[-1]


def test_for_programs_there_is_one_json_object(evaluated: Path, run: Run) -> None:
    found = json.loads(run("errors", "--json", "--label", "A").out)["mistakes"]

    assert 18 == len(found)
    one = next(one for one in found if one["text"] == 4 and one["kind"] == "label")
    assert ([15, 18, "A"], [15, 18, "B"], "label", None) == tuple(
        one[name] for name in ("right", "found", "likely", "reason")
    )


@pytest.mark.usefixtures("project")
def test_without_any_evaluation_there_are_no_mistakes(run: Run) -> None:
    assert "No mistakes: nothing is evaluated yet, or every span is right.\n" == run("errors").out


def test_a_key_says_why_and_what_was_judged_does_not_come_again(
    opened: tuple[MistakeReview, Store], press, capsys
) -> None:
    review, store = opened
    first, second, third = review.mistakes()[:3]
    press("t", "z", "\r", "n", "q")
    review.run(judged_too=False)

    assert {first.key: "tokenisation", second.key: second.likely} == judgements(store)
    said = capsys.readouterr().out
    assert "18 mistakes left" in said
    assert "15 mistakes left" in said

    press("q")
    review.run(judged_too=False)
    assert third.key not in judgements(store)


def test_wrong_gold_opens_in_the_editor_and_the_mistake_is_gone(opened, press, monkeypatch) -> None:
    review, store = opened
    mistake = next(one for one in review.mistakes() if one.match.kind == "label")

    def correct(editor: Review, *_: object, **__: object) -> None:
        question = editor.next()
        assert question
        assert "1 of 1: the model finds “hub” B" == editor.note(question)
        editor.answer(question, "accept", [Span(15, 18, "B")], seconds=1, keys=1)
        editor.close()

    monkeypatch.setattr("loop.cli.errors.run_session", correct)
    before = [one.key for one in review.mistakes()].index(mistake.key)
    press(*["n"] * before, "g", "q")
    review.run(judged_too=False)

    assert mistake.key not in {one.key for one in review.mistakes()}
    assert "gold" == judgements(store)[mistake.key]
    changed = next(one for one in store.answers.standing() if one.spans == (Span(15, 18, "B"),))
    assert (True, mistake.gold.answer.id) == (changed.held_out, changed.retracts)


def test_a_hostile_text_moves_no_cursor(opened, press, capsys) -> None:
    review, _ = opened
    press("q")
    review.run(judged_too=False)
    said = capsys.readouterr().out

    assert "<script>" in said
    assert "\x1b[31m" not in said
    assert "\u202e" not in said


def test_what_is_kept_of_a_mistake_holds_no_text(opened, press) -> None:
    review, store = opened
    press("m", "q")
    review.run(judged_too=False)
    kept = json.dumps(store.journal.events())

    assert "mistake" in kept
    assert "hub" not in kept
