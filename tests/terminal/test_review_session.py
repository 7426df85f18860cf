"""Someone decides at a real terminal where annotators differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_terminal import Terminal
from terminal_project import SETTINGS, lay_out, question

from loop.records import Answer, Span
from loop.settings import ProjectPaths, template
from loop.store import Store

TEXTS = ("my SRAM Rival hub", "a worn chain", "the rim and the hub")
RIM = (Span(4, 7, "PART"),)
SAID = {
    "alice": ((Span(3, 7, "BRAND"), Span(14, 17, "PART")), (Span(7, 12, "PART"),), RIM),
    "bob": ((Span(3, 13, "BRAND"), Span(14, 17, "PART")), (), (Span(16, 19, "PART"),)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in which alice and bob differ on three texts."""
    paths = lay_out(tmp_path / "shop", [question(text) for text in TEXTS], guidelines="# Guidelines\n")
    paths.cfg.write_text(template(SETTINGS))
    with Store(paths.db) as store:
        scheme, ids = store.journal.scheme(SETTINGS.project.labels), store.corpus.find(TEXTS)
        for name, answers in SAID.items():
            for number, (text, spans) in enumerate(zip(TEXTS, answers, strict=True)):
                asked = store.questions.get([f"q{number}"])[f"q{number}"]
                given = Answer(
                    f"{name} {number}", ids[text], name, "accept", spans, question_id=asked.id, scheme=scheme
                )
                store.answers.add(given, asked)
    return paths.root


def decided(folder: Path) -> dict[int, Answer]:
    with Store(ProjectPaths(folder).db) as store:
        return {one.text_id: one for one in store.answers.standing() if one.adjudicates}


@pytest.fixture
def review(folder: Path) -> Iterator[Terminal]:
    command = ("-m", "loop", "-C", str(folder), "review", "--reviewer", "eve")
    terminal = Terminal(folder, arguments=command, columns=140, rows=30)
    yield terminal
    terminal.close()


@pytest.mark.integration
def test_a_reviewer_takes_versions_edits_says_why_goes_back_and_notes_a_guideline(
    review: Terminal, folder: Path
) -> None:
    review.wait("1 of 3: 2 differences", "── 1 alice", "│ ── 2 bob", "Your decision 2 of 2 undecided")
    review.press("enter").wait("2 differences are not decided")
    review.press("1").wait("1 difference left").press("1").wait("All is decided")
    review.press("m b o t h enter").wait("memo: both").press("enter").wait("2 of 3: 1 difference")
    review.press("1").wait("Taken all from alice").press("enter").wait("3 of 3: 1 difference")
    review.press("b").wait("2 of 3: decided by you").press("-").wait("The decision is taken back")
    review.press("2 enter").wait("3 of 3").press("; n e w enter").wait("Noted in guidelines.md")
    review.resize(80, 24).press("g").wait("Decided in review", "- new").press("q").wait("3 of 3")
    review.press("s").wait("All shown (3), 2 decided").press("q")

    assert 0 == review.end()
    assert "1 text left to review; `loop review` goes on." in review.raw.decode()
    assert {"the rim and the hub": (RIM, "both"), "a worn chain": ((), "")} == {
        TEXTS[id_ - 1]: (one.spans, one.memo) for id_, one in decided(folder).items()
    }


@pytest.mark.integration
def test_a_half_done_review_is_there_again_when_it_was_left(folder: Path) -> None:
    command = ("-m", "loop", "-C", str(folder), "review", "--reviewer", "eve", "--blind")
    first = Terminal(folder, arguments=command, columns=80)
    first.wait("── 1 A", "── 2 B").press("tab 2").wait("1 difference left").press("q")
    assert 0 == first.end()
    second = Terminal(folder, arguments=command, columns=80)
    second.wait("Your decision 1 of 2 undecided").press("q")

    assert (0, {}) == (second.end(), decided(folder))
    assert "alice" not in second.text


@pytest.mark.integration
def test_two_reviewers_at_once_share_the_texts(folder: Path) -> None:
    command = ("-m", "loop", "-C", str(folder), "review", "--reviewer")
    eve = Terminal(folder, arguments=(*command, "eve"), columns=80).wait("1 of 3")
    dan = Terminal(folder, arguments=(*command, "dan"), columns=80)
    dan.wait("2 of 3", "with eve").press("1 enter").wait("3 of 3")
    eve.press("1 1 enter").wait("All shown (1), 1 decided", "Others have taken 2 more").press("q")
    dan.press("1 enter").wait("All shown (2), 2 decided").press("q")

    assert (0, 0) == (eve.end(), dan.end())
    assert 3 == len(decided(folder))
