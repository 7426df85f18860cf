from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.errors import InputError
from loop.patterns.file import append_pattern
from loop.records import Span
from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.trainer import Trainer


@pytest.mark.usefixtures("project")
def test_patterns_are_added_once_and_counted(run: Run) -> None:
    rows = b'{"label": "A", "pattern": "brake pad"}\n{"label": "B", "pattern": [{"lower": "rome"}]}\n'
    first = run("patterns", "add", "-", stdin=rows)
    again = run("patterns", "add", "-", stdin=rows + b'{"label": "A", "pattern": "hub"}\n')

    assert "Added 2 patterns to patterns.jsonl.\n" == first.out
    assert [
        "Added 1 pattern to patterns.jsonl.",
        "Skipped 2 known patterns.",
    ] == again.out.splitlines()


def test_a_bad_pattern_leaves_the_patterns_as_they_were(project: Path, run: Run) -> None:
    run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "hub"}\n')
    before = (project / "patterns.jsonl").read_bytes()
    ran = run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "x"}\n{"label": "A", "pattern": [{"NO": 1}]}\n')

    assert (1, True) == (ran.code, "stdin, line 2: is not a pattern" in ran.err)
    assert before == (project / "patterns.jsonl").read_bytes()


def shown(lines: list[str]) -> list[str]:
    """The rows of `loop patterns list`, one blank between columns."""
    return [" ".join(line.split()) for line in lines[1:-1]]


def test_patterns_are_listed_and_removed_by_their_numbers(project: Path, run: Run) -> None:
    none = run("patterns", "list").out
    run(
        "patterns", "add", "-", stdin=b'[{"label": "A", "pattern": "hub"}, {"label": "B", "pattern": [{"lower": "x"}]}]'
    )
    listed = run("patterns", "list").out.splitlines()
    refused = run("patterns", "remove", "1", "3")
    removed = run("patterns", "remove", "1")

    assert "There are no patterns" in none
    assert ["1 A hub 0", '2 B [{"lower": "x"}] 0'] == shown(listed)
    assert (1, True) == (refused.code, "patterns.jsonl has no pattern 3" in refused.err)
    assert "Removed 1 pattern from patterns.jsonl.\n" == removed.out
    assert ['1 B [{"lower": "x"}] 0'] == shown(run("patterns", "list").out.splitlines())


def test_a_pattern_is_listed_on_one_line_whatever_is_in_it(project: Path, run: Run) -> None:
    rows = [{"label": "A", "pattern": "new\nhub\x1b[31m", "source": "x\ty"}, {"label": "A", "pattern": "hub"}]
    (project / "patterns.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    assert ["1 A new⏎hub␛[31m x→ y 0", "2 A hub 0"] == shown(run("patterns", "list").out.splitlines())


def test_other_keys_of_patterns_stay_whatever_is_added(project: Path, run: Run) -> None:
    rows = [{"label": "A", "pattern": "hub", "id": "h"}, {"label": "B", "pattern": "x", "source": "terms"}]
    for row in rows:
        run("patterns", "add", "-", stdin=json.dumps(row).encode())
    run("labels", "rename", "A", "C")

    assert [rows[0] | {"label": "C"}, rows[1]] == [
        json.loads(line) for line in (project / "patterns.jsonl").read_text().splitlines()
    ]


def test_patterns_that_the_answers_contradict_are_said_when_they_are_added(project: Path, run: Run) -> None:
    texts = [
        {"text": f"{n} hub", "spans": [{"start": 2, "end": 5, "label": "A"}], "answer": "accept"} for n in range(3)
    ]
    (project.parent / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts))
    run("import", "../gold.jsonl")
    said = run("patterns", "add", "-", stdin=b'{"label": "B", "pattern": "hub"}\n').out

    assert "The answers contradict Pattern 1 more often than they agree. `loop patterns list` shows more." in said
    assert "0 of 3" in run("patterns", "list").out


@pytest.mark.usefixtures("project")
def test_patterns_that_can_match_nothing_or_everything_are_told(run: Run) -> None:
    rows = b'{"label": "A", "pattern": [{"LOWER": "Hub"}]}\n{"label": "A", "pattern": [{"OP": "*"}]}\n'
    said = run("patterns", "add", "-", stdin=rows).out.splitlines()

    assert [
        "stdin, line 1 can never match: LOWER is compared with lower case.",
        "stdin, line 2 matches every token.",
    ] == said[1:]


@pytest.mark.parametrize("first", ["patterns", "texts"])
def test_hits_count_in_the_first_questions_whatever_came_first(project: Path, run: Run, first: str) -> None:
    texts = "".join(f"text {n}\n" for n in range(30)) + "the hub is worn\n"
    commands = [(("add", "-"), texts.encode()), (("patterns", "add", "-"), b'{"label": "A", "pattern": "hub"}\n')]
    for command, stdin in commands if first == "texts" else reversed(commands):
        run(*command, stdin=stdin)
    with Store(project / "data" / "loop.db") as store:
        question = store.questions.head("ann")

    assert question is not None
    assert "the hub is worn" == question.text.text
    assert [(4, 7)] == [(span.start, span.end) for span in question.prediction]


def test_the_doctor_finds_patterns_that_are_not_used(project: Path, run: Run) -> None:
    (project / "patterns.jsonl").write_text(
        '{"label": "A", "pattern": "hub"}\n{"label": "A", "pattern": [{"POS": "X"}]}\n'
    )
    ran = run("doctor")

    assert 1 == ran.code
    assert "patterns.jsonl, line 2: tests POS, which is not set yet when patterns are matched." in ran.out


def test_patterns_that_are_added_later_are_suggested_in_the_next_questions(project: Path, run: Run) -> None:
    run("add", "-", stdin=b"the hub is worn\n")
    paths, settings = ProjectPaths(project), load_settings(project)
    with Store(paths.db) as store:
        trainer = Trainer(paths, settings, store)
        trainer.work()
        idle = trainer.work()
        run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "hub"}\n')
        trainer.work()
        trainer.close()
        question = store.questions.head("ann")

    assert not idle
    assert question is not None
    assert [(4, 7, "A")] == [(span.start, span.end, span.label) for span in question.prediction]
    assert ["pattern"] == [candidate.source for candidate in question.candidates]


def test_spans_in_a_file_are_suggested_if_asked(project: Path, run: Run) -> None:
    row = {
        "text": "the hub. is worn",
        "spans": [{"start": 4, "end": 6, "label": "A"}, {"start": 6, "end": 10, "label": "A"}],
    }
    (project / "in.jsonl").write_text(json.dumps(row))
    ran = run("add", "in.jsonl", "--suggest", "--split", "sentence")
    with Store(project / "data" / "loop.db") as store:
        question = store.questions.head("ann")

    assert [
        "1 span will be shown as suggestions.",
        "Left out 1 suggestion that the text was cut in.",
    ] == ran.out.splitlines()[1:3]
    assert question is not None
    assert ("the hub.", [(4, 7)]) == (question.text.text, [(span.start, span.end) for span in question.prediction])
    assert ["file"] == [candidate.source for candidate in question.candidates]


@pytest.mark.usefixtures("project")
def test_a_suggested_label_that_the_project_lacks_adds_nothing(run: Run) -> None:
    row = b'{"text": "secret", "spans": [{"start": 0, "end": 3, "label": "C"}]}'
    ran = run("add", "-", "--suggest", stdin=row)

    assert (1, True) == (ran.code, "stdin, line 1: suggests the label C" in ran.err)
    assert "0 texts" in run("status").out or "texts    0" in run("status").out


ANN = '[{"data": {"text": "Ann went to Rome."}, "predictions": [{"result": [%s]}]}]'
RESULT = '{"type": "labels", "value": {"start": %d, "end": %d, "text": "%s", "labels": ["%s"]}}'


def suggested_in(project: Path) -> tuple[Span, ...]:
    with Store(ProjectPaths(project).db) as store:
        return store.corpus.texts([1])[0].suggested


def test_suggestions_for_a_text_of_the_pool_are_attached_and_shown_by_the_question_that_waits(
    project: Path, run: Run
) -> None:
    (project / "in.json").write_text(ANN % (RESULT % (0, 3, "Ann", "A")))
    (project / "other.json").write_text(ANN % (RESULT % (12, 16, "Rome", "B")))
    run("add", "-", stdin=b'{"text": "Ann went to Rome."}')
    first, again, other = (
        run("add", "--suggest", "--yes", name).out.splitlines() for name in ("in.json", "in.json", "other.json")
    )
    with Store(ProjectPaths(project).db) as store:
        question = store.questions.head("ann")

    attached = [
        "Added no texts: all texts are already known.",
        "1 span will be shown as suggestions.",
        "Attached suggestions to 1 text of the pool.",
    ]
    assert attached == first == other
    assert ["Added nothing: all texts are already known."] == again
    assert question is not None
    assert (Span(12, 16, "B"),) == question.prediction


def test_suggestions_are_attached_to_any_number_of_texts(project: Path, run: Run) -> None:
    texts = [f"Ann number {n} went" for n in range(1_100)]
    rows = [json.dumps({"text": text, "spans": [{"start": 0, "end": 3, "label": "A"}]}) for text in texts]
    run("add", "-", stdin="\n".join(texts).encode())
    said = run("add", "-", "--suggest", stdin="\n".join(rows).encode()).out.splitlines()
    with Store(ProjectPaths(project).db) as store:
        suggested = {text.suggested for text in store.corpus.texts(range(1, 1_101))}

    assert "Attached suggestions to 1,100 texts of the pool." == said[-1]
    assert {(Span(0, 3, "A"),)} == suggested


def test_an_answered_text_is_left_as_it_is_and_counted(project: Path, run: Run) -> None:
    (project / "in.json").write_text(ANN % (RESULT % (0, 3, "Ann", "A")))
    run("import", "--labels", "A", "-", stdin=b'{"text": "Ann went to Rome.", "spans": []}')
    said = run("add", "--suggest", "--yes", "in.json").out.splitlines()

    assert [
        "Added nothing: all texts are already known.",
        "Left as they are, since answered: 1 text with suggestions in the file.",
    ] == said
    assert () == suggested_in(project)


@pytest.mark.usefixtures("project")
def test_only_spans_that_will_be_shown_are_counted_and_the_first_row_of_a_text_with_some_says_them(
    project: Path, run: Run
) -> None:
    rows = [
        {"text": "Ann went to Rome."},
        {"text": "Ann went to Rome.", "spans": [{"start": 0, "end": 3, "label": "A"}]},
        {"text": "Ann went to Rome.", "spans": [{"start": 12, "end": 16, "label": "B"}]},
    ]
    said = [run("add", "--suggest", "-", stdin="\n".join(map(json.dumps, rows)).encode()).out for _ in range(2)]

    assert (True, False) == tuple("1 span will be shown as suggestions." in each for each in said)
    assert (Span(0, 3, "A"),) == suggested_in(project)


LIST = '[{"label": "A", "pattern": "hub"},\n {"label": "B", "pattern": [{"lower": "x"}]}]'
LINES = ['{"label": "A", "pattern": "hub"}', '{"label": "B", "pattern": [{"lower": "x"}]}']
MORE = '{"label": "A", "pattern": "y"}'


@pytest.fixture
def listed(folder: Path, run: Run) -> Path:
    """The patterns file of a project, which is a list."""
    (folder / "p.json").write_text(LIST)
    assert 0 == run("init", "--labels", "A,B", "--base", "blank:xx", "--patterns", "p.json").code
    return folder / "p.json"


def test_a_list_of_patterns_is_used_and_listed_and_stays_as_it_is_until_it_is_changed(listed: Path, run: Run) -> None:
    run("add", "-", stdin=b"the hub is x\n")
    lines = run("patterns", "list").out.splitlines()
    with Store(listed.parent / "data" / "loop.db") as store:
        question = store.questions.head("ann")

    assert ["1 A hub 1", '2 B [{"lower": "x"}] 1'] == shown(lines)
    assert question is not None
    assert (Span(4, 7, "A"), Span(11, 12, "B")) == question.prediction
    assert "No problems found" in run("doctor").out
    assert LIST == listed.read_text()


@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("patterns remove 1", LINES[1:]),
        ("patterns add more.jsonl", [*LINES, MORE]),
        ("labels rename A C", [LINES[0].replace("A", "C"), LINES[1]]),
        ("+", [*LINES, MORE]),
    ],
)
def test_what_changes_a_list_of_patterns_writes_it_line_by_line(
    listed: Path, run: Run, command: str, left: list[str]
) -> None:
    (listed.parent / "more.jsonl").write_text(MORE)
    if command == "+":
        known, done = append_pattern(listed, "Hub", "A"), append_pattern(listed, "y", "A")
    else:
        known, done = False, run(*command.split()).code == 0

    assert (False, True) == (known, done)
    assert list(map(json.loads, left)) == list(map(json.loads, listed.read_text().splitlines()))


def test_a_list_that_is_none_is_named_once_and_nothing_is_added_to_it(listed: Path, run: Run) -> None:
    listed.write_text(LIST[:-1])
    told = run("doctor").out.splitlines()
    with pytest.raises(InputError, match=r"p.json: begins with \[ but is not a list of patterns"):
        append_pattern(listed, "y", "A")

    assert 1 == sum("is not a list of patterns" in line for line in told)
    assert 0 == run("add", "-", stdin=b"the hub is x\n").code
    assert LIST[:-1] == listed.read_text()
