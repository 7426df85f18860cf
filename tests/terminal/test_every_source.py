"""A real terminal, a real model and every other source of suggestions: what is coloured at Enter is what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import spacy
from pyte.screens import Char
from real_terminal import Terminal

from loop.records import Span
from loop.settings import ProjectPaths, Settings, SuggestSettings
from loop.store import NewText, Store
from loop.terminal.style import PALETTE
from loop.trainer import Trainer

pytestmark = pytest.mark.integration

# The model has learned "the saddle" and the like; of the words that others suggest it has learned that they are none.
TEXTS = {
    "customer says the saddle makes noise and the fork was fine today": "says",
    "please look at the brake and the hub before Friday": "brake",
    "customer says the cassette cannot find the pedal in stock today": "the pedal",
}
RULES = ("customer", "today", "please", "hub")
PATTERNS = ("noise", "stock", "Friday", "fork")
EDITS = [
    "end 1 k",
    "tab d",
    "home v right 1",
    "tab tab y e",
    "tab k u",
    "s-tab d r",
    "tab k k",
    "end y",
    "r R",
    "tab 1 e",
]
ENV = {"PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_24_BIT", "LABELS": '["PART"]'}


@pytest.fixture
def project(learned_project: ProjectPaths, settings: Settings) -> ProjectPaths:
    """A project whose model has learned, with questions about texts that every source has something to say about."""
    rules = spacy.blank("en")
    rules.add_pipe("entity_ruler").add_patterns([{"label": "PART", "pattern": word} for word in RULES])
    rules.to_disk(learned_project.root / "rules")
    patterns = [{"label": "PART", "pattern": word} for word in PATTERNS]
    (learned_project.root / "patterns.jsonl").write_text("".join(json.dumps(row) + "\n" for row in patterns))
    asking = replace(
        settings,
        suggest=SuggestSettings("rules"),
        queue=replace(settings.queue, held_out_share=0.0, repeat_share=0.0, random_share=1.0),
    )
    with Store(learned_project.db) as store:
        store.corpus.remove_batch(1)
        places = {text: (text.index(string), text.index(string) + len(string)) for text, string in TEXTS.items()}
        new = [NewText(text, suggested=(Span(*place, "PART"),)) for text, place in places.items()]
        store.corpus.add_batch(new, source="shop")
        trainer = Trainer(learned_project, asking, store)
        trainer.ask()
        trainer.close()
    return learned_project


@pytest.fixture
def terminal(project: ProjectPaths) -> Iterator[Terminal]:
    opened = Terminal(project.root, columns=130, env=ENV)
    yield opened.wait("from the file", "from another pipeline", "from patterns")
    opened.close()


def is_coloured(cell: Char) -> bool:
    return cell.bg == PALETTE[0].lstrip("#")


def coloured(terminal: Terminal, text: str) -> set[Span]:
    """The spans on the screen: a name below begins one, and the colour above goes as far as it."""
    lines = terminal.screen.display
    row = next(n for n, line in enumerate(lines) if line.startswith(f"  {text}"))
    above, below = terminal.screen.buffer[row], terminal.screen.buffer[row + 1]
    starts = [n for n in range(2, len(text) + 2) if is_coloured(below[n]) and not is_coloured(below[n - 1])]
    ends = (next(n for n in range(start, 130) if not is_coloured(above[n])) for start in starts)
    return {Span(start - 2, end - 2, "PART") for start, end in zip(starts, ends, strict=True)}


def question_in(terminal: Terminal, left: set[str]) -> str:
    return next(text for text in left if text in terminal.text)


def test_at_every_enter_the_coloured_spans_are_stored_whoever_suggested_them(
    terminal: Terminal, project: ProjectPaths
) -> None:
    with Store(project.db) as store:
        seen, left = {}, set(TEXTS)
        for number in range(len(TEXTS)):
            text = question_in(terminal.until(lambda: any(one in terminal.text for one in left)), left)
            asked = store.questions.head("ann")
            assert {"model", "file", "pipeline", "pattern"} == {c.source for c in asked.candidates}
            assert set(asked.prediction) == coloured(terminal, text)
            for edit in EDITS[number::3]:
                terminal.press(f"{edit} f").wait("⚑ flagged").press("f").wait("No longer flagged.")
            seen[text] = coloured(terminal, text)
            left.remove(text)
            terminal.press("enter").until(lambda: text not in terminal.text)  # noqa: B023  # called at once
        stored = {answer.text_id: set(answer.spans) for answer in store.answers.standing()}
        texts = {one.id: one.text for one in store.corpus.texts(list(stored))}

    assert seen == {texts[text_id]: spans for text_id, spans in stored.items() if texts[text_id] in TEXTS}
    assert all(seen.values())


def test_an_edit_leaves_what_others_suggest_and_tells_what_the_model_changed(
    terminal: Terminal, project: ProjectPaths
) -> None:
    text = question_in(terminal, set(TEXTS))
    with Store(project.db) as store:
        (asked,) = (q for q in [store.questions.head("ann")] if q.text.text == text)
    before = coloured(terminal, text)
    terminal.press("end 1 f").wait("⚑ flagged")
    after = coloured(terminal, text)
    others = {c.span for c in asked.candidates if c.source != "model"} & before

    assert len(others) >= 3
    assert others <= after
    assert before - after == set() or "gone" in terminal.text or "new" in terminal.text
