from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cli_running import Run
from reported_project import MEMO, evaluate

from loop.store import Store

VOID = {"meta", "line", "polygon", "polyline", "rect", "circle"}


class Page(HTMLParser):
    """A page as a browser would take it apart: its tags, its text by section, its numbers."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.titles: list[str] = []
        self.text = ""
        self.numbers: list[float] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "data":
            self.numbers.append(float(dict(attrs)["value"] or "nan"))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.titles.append(data)
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def evaluated(project: Path) -> Path:
    """A project with evaluated rounds and hostile texts."""
    evaluate(project)
    return project


def page(project: Path, run: Run, *args: str) -> str:
    assert 0 == run("report", *args).code
    return (project / "report.html").read_text(encoding="utf-8")


def test_the_report_is_one_private_well_formed_page_with_every_section(evaluated: Path, run: Run) -> None:
    read = Page(page(evaluated, run))

    assert [] == read.open
    assert [
        "Learning curve", "Labels", "Confusion of labels", "Confusion of edges", "Calibration",
        "Most frequent corrections", "Time for an answer", "Hardest texts", "Flagged texts",
    ] == read.titles  # fmt: skip
    assert 0o600 == (evaluated / "report.html").stat().st_mode & 0o777


def test_nothing_in_a_text_is_markup_and_what_is_invisible_is_shown(evaluated: Path, run: Run) -> None:
    html = page(evaluated, run)
    read = Page(html)

    assert {"script", "img", "iframe", "link", "a"}.isdisjoint(tag for tag, _ in read.tags)
    assert not [name for _, attrs in read.tags for name in attrs if name.startswith("on") or name in ("src", "href")]
    assert "<script>alert(1)</script> </style> &" in read.text
    assert MEMO in read.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)
    assert "U+202E" in read.text
    assert "U+001B" in read.text


def test_a_browser_may_fetch_and_run_nothing(evaluated: Path, run: Run) -> None:
    html = page(evaluated, run)
    policies = [attrs["content"] for tag, attrs in Page(html).tags if attrs.get("http-equiv")]

    assert 1 == len(policies)
    assert (policies[0] or "").startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"https?:|//[a-z]|url\(|@import|style=", html)


def test_its_numbers_are_those_of_status(evaluated: Path, run: Run) -> None:
    status = json.loads(run("status", "--json").out)
    read = Page(page(evaluated, run))
    shown = set(read.numbers)

    assert {status["texts"], status["pool"], len(status["rounds"]), status["next_round"]} <= shown
    assert set(status["answers"].values()) | set(status["spans"].values()) <= shown
    overall, labels = status["scores"]["overall"], status["scores"]["labels"]
    assert {*overall["strict"]["f1_interval"], overall["gold"], overall["texts"]} <= shown
    assert {bound for score in labels.values() for bound in score["strict"]["f1_interval"]} <= shown
    for point in status["curve"]:
        low, high = point["scores"]["overall"]["strict"]["f1_interval"]
        assert f"round {point['round']}, {point['answers']} answers: F1 {low:.1f} to {high:.1f}, 11 spans" in read.text
    assert status["advice"]["words"] in read.text
    assert overall["strict"]["f1"] not in shown  # 11 spans are too few for a single number


def test_without_text_no_text_and_no_string_is_left(evaluated: Path, run: Run) -> None:
    read = Page(page(evaluated, run, "--no-text"))

    assert not re.search("hub|rim|alert|number 1", read.text)
    assert "Most frequent corrections" in read.titles
    assert "Hardest texts" not in read.titles


def test_an_empty_project_has_a_report_that_says_what_is_missing(project: Path, run: Run) -> None:
    read = Page(page(project, run))

    assert ["Learning curve", "Calibration"] == read.titles
    assert "No round has been evaluated yet" in read.text


def second_opinion(project: Path, annotator: str) -> None:
    """Let somebody else answer every text otherwise, and every third as before."""
    with Store(project / "data" / "loop.db") as store:
        for one in store.answers.standing():
            spans = one.spans if one.text_id % 3 == 0 else (replace(one.spans[0], label="B"),)
            store.answers.add(
                replace(one, id=f"second {one.id}", annotator=annotator, spans=spans, flag=False, memo="")
            )


def test_agreement_is_a_section_with_the_numbers_of_status(evaluated: Path, run: Run) -> None:
    second_opinion(evaluated, "zoe<i>\x1b")
    found = json.loads(run("status", "--json").out)["agreement"]
    read, without_text = Page(page(evaluated, run)), Page(page(evaluated, run, "--no-text"))
    figures = [one[key] for one in all_agreements(found) for key in ("f1", "f1_overlapping", "kappa", "alpha")]

    assert 4 <= len([each for each in figures if each])
    assert {bound for each in figures if each for bound in each["interval"] or ()} <= set(read.numbers)
    assert {each["value"] for each in figures if each and each["value"] is not None} <= set(read.numbers)
    assert "ann A ↔ B zoe<i>U+001B: 21" in read.text
    assert "Agreement between annotators" in read.titles
    assert "Agreement between annotators" in without_text.titles


def all_agreements(found: dict) -> list[dict]:
    return [
        one for condition in found["conditions"] for each in (condition, *condition["pairs"])
        for one in (each["overall"], *each["labels"].values())
    ]  # fmt: skip


def test_adjudicated_answers_are_compared_with_each_annotators_own(evaluated: Path, run: Run) -> None:
    second_opinion(evaluated, "ben")
    with Store(evaluated / "data" / "loop.db") as store:
        for one in [one for one in store.answers.standing() if one.annotator == "ben"]:
            decided = replace(
                one, id=f"third {one.id}", annotator="cy", adjudicates=(one.id, one.id.removeprefix("second "))
            )
            store.answers.add(decided)
    read = Page(page(evaluated, run))

    assert "Against the adjudicated answers" in read.text
    assert "ann A ↔ B adjudicated: 21" in read.text
    assert "ben A" not in read.text.split("Against the adjudicated answers")[1]


def test_the_numbers_of_the_report_are_one_json_object_for_programs(evaluated: Path, run: Run) -> None:
    second_opinion(evaluated, "ben")
    report, status = (json.loads(run(command, "--json").out) for command in ("report", "status"))

    assert {name: status[name] for name in status.keys() - {"batches"}} == {
        name: report[name] for name in status.keys() - {"batches"}
    }
    assert {"gold": None, "found": "A", "spans": 11} in report["label_confusion"]
    assert not (evaluated / "report.html").exists()


def test_json_and_a_file_for_the_page_exclude_each_other(project: Path, run: Run) -> None:
    refused = run("report", "--json", project / "page.html")

    assert (1, True) == (refused.code, "--json prints the numbers and writes no page." in refused.err)


def test_a_place_that_cannot_be_written_is_named(project: Path, run: Run) -> None:
    refused = run("report", project / "missing" / "report.html")

    assert (1, True) == (refused.code, "cannot be written" in refused.err)
