"""What `loop add` and `loop init` say about the texts that come in, and what they ask on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.cli.incoming import shortened
from loop.settings import ProjectPaths
from loop.store import Store

LONG = "word " * 300
CHINESE = [
    "看似简单，只是二选一做决择，但其实他们代表的是你周遭的亲朋好友。",
    "最后决定的还是自己，试着给你不同的意见。",
]


def written(path: Path, *texts: str) -> str:
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path.name


def test_what_is_found_is_counted_once_for_all_files_with_the_flag_that_helps(project: Path, run: Run) -> None:
    written(project / "a.jsonl", "R&amp;D in Rome", LONG)
    written(project / "b.jsonl", "plain", "Q&amp;A <b>bold</b>", "le cafÃ© ferme")
    ran = run("add", "a.jsonl", "b.jsonl")

    assert [
        "Added 5 texts as batch 1.",
        "Over 200 words in 1 of 5 texts (20%); the longest has 300. "
        "Pass --split sentence to split texts into sentences.",
        "Wrongly decoded characters, such as Ã© for é, in 1 of 5 texts (20%). "
        "Pass --fix-encoding to repair the encoding.",
        "HTML tags in 1 of 5 texts (20%). Pass --strip-tags to take out tags.",
        "HTML entities, such as &amp;, in 2 of 5 texts (40%). Pass --unescape to decode entities.",
        "To add them that way, take this batch back first: `loop remove --batch 1`.",
    ] == ran.out.splitlines()


def texts_of(folder: Path) -> list[str]:
    with Store(ProjectPaths(folder).db) as store:
        return [text.text for text in store.corpus.texts(range(1, 100))]


def test_texts_like_any_other_need_no_remark(project: Path, run: Run) -> None:
    written(project / "in.jsonl", "Ann went to Rome.", "She came back, too.", "5 < 6 & 7 > 6")

    assert "Added 3 texts as batch 1.\n" == run("add", "in.jsonl").out


def test_known_texts_are_not_remarked_on_again(project: Path, run: Run) -> None:
    written(project / "in.jsonl", "R&amp;D")
    run("add", "in.jsonl")

    assert "Added nothing: all texts are already known.\n" == run("add", "in.jsonl").out


@pytest.mark.usefixtures("project")
def test_texts_from_standard_input_are_looked_at_while_they_pass(run: Run) -> None:
    assert "HTML entities, such as &amp;, in 1 of 1 texts (100%)" in run("add", "-", stdin=b"R&amp;D\n").out


@pytest.mark.parametrize(
    ("flag", "text", "stored"),
    [
        ("--unescape", "R&amp;D <b>x</b>", ["R&D <b>x</b>"]),
        ("--strip-tags", "R&amp;D <b>x</b>", ["R&amp;D x"]),
        ("--fix-encoding", "cafÃ©", ["café"]),
        ("--split=sentence", "One. Two.", ["One.", "Two."]),
    ],
)
def test_a_flag_does_what_its_remark_proposes(project: Path, run: Run, flag: str, text: str, stored: list[str]) -> None:
    ran = run("add", flag, written(project / "in.jsonl", text))

    assert stored == texts_of(project)
    assert flag.split("=")[0] not in ran.out


def test_near_duplicates_are_counted_and_left_out_if_asked(project: Path, run: Run) -> None:
    notes = [
        f"The bike of customer {n} came in with a flat tyre and a bent wheel, so we changed both on the day."
        for n in (1, 2)
    ]
    name = written(project / "in.jsonl", *notes, notes[0], "Another text.")

    assert "Near-duplicates of an earlier text: 1 of 4 texts (25%). Pass --skip-near-duplicates" in run("add", name).out
    run("remove", "--batch", "1")
    assert ["Added 2 texts as batch 2.", "Skipped 1 known text.", "Left out 1 near-duplicate."] == run(
        "add", name, "--skip-near-duplicates"
    ).out.splitlines()
    assert [notes[0], "Another text."] == texts_of(project)


def test_suggestions_stay_on_their_words_when_a_text_is_rewritten_and_split(project: Path, run: Run) -> None:
    text = "R&amp;D left. <b>Ann</b> at Q&amp;A."
    spans = [
        {"start": text.index(words), "end": text.index(words) + len(words), "label": "A"}
        for words in ("R&amp;D", "Ann", "Q&amp;A")
    ]
    (project / "in.jsonl").write_text(json.dumps({"text": text, "spans": spans}))
    run("add", "--suggest", "--unescape", "--strip-tags", "--split", "sentence", "in.jsonl")
    with Store(ProjectPaths(project).db) as store:
        texts = store.corpus.texts([1, 2])

    assert [["R&D"], ["Ann", "Q&A"]] == [[one.text[span.start : span.end] for span in one.suggested] for one in texts]


def test_a_suggestion_that_would_be_cut_is_refused_and_nothing_is_added(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(
        '{"text": "a"}\n{"text": "R&amp;D", "spans": [{"start": 0, "end": 5, "label": "A"}]}'
    )
    ran = run("add", "--suggest", "--unescape", "in.jsonl")

    assert 1 == ran.code
    assert "in.jsonl, line 2: its span 0-5 begins, ends or lies inside what would be rewritten." in ran.err
    assert [] == texts_of(project)


@pytest.mark.parametrize("gold", ["R&amp;D left.", "R&D left."])
def test_a_text_held_out_in_a_gold_file_stays_out_however_it_is_rewritten(folder: Path, run: Run, gold: str) -> None:
    (folder / "gold.jsonl").write_text(json.dumps({"text": gold, "spans": []}))
    name = written(folder / "in.jsonl", "R&amp;D left.", "Ann came.")
    run("init", "--labels", "A", "--vectors", "none", "--eval", "gold.jsonl", "--unescape", name)

    assert ["Ann came."] == texts_of(folder)


def test_chinese_in_an_english_project_is_said_with_the_base_that_can_tell_its_words_apart(
    folder: Path, run: Run
) -> None:
    name = written(folder / "in.jsonl", *CHINESE)
    ran = run("init", "--labels", "A", "--vectors", "none", name)

    assert (
        "Words that blank:en cannot tell apart in 2 of 2 texts (100%); its longest token has 31 characters. "
        "In another folder, `loop init --base blank:zh` starts a project for them."
    ) in ran.out.splitlines()
    assert "take this batch back" not in ran.out


def test_chinese_in_a_chinese_project_needs_no_remark(folder: Path, run: Run) -> None:
    ran = run("init", "--labels", "A", "--base", "blank:zh", written(folder / "in.jsonl", *CHINESE))

    assert "of 2 texts" not in ran.out


def test_another_language_is_named_only_where_it_is_clear(folder: Path, run: Run) -> None:
    german = (
        "Der Mann ist mit dem Hund in die Stadt gegangen, weil er dort auf eine Frau wartet, die er nicht kennt. " * 3
    )
    name = written(folder / "in.jsonl", german, "Und dann kam noch ein anderer, der auch nicht wusste, was er da soll.")
    ran = run("init", "--labels", "A", "--vectors", "none", "--yes", name)

    assert (
        "The texts look like German, which is not the language of blank:en. "
        "In another folder, `loop init --base blank:de` starts a project for them."
    ) in ran.out.splitlines()


def test_a_language_that_needs_a_package_is_named_without_a_base(folder: Path, run: Run) -> None:
    ran = run(
        "init",
        "--labels",
        "A",
        "--vectors",
        "none",
        written(folder / "in.jsonl", "これは日本語の文章なのでわかちがきができません。"),
    )

    assert "Words that blank:en cannot tell apart" in ran.out
    assert "blank:ja" not in ran.out


def test_a_folder_gives_its_text_files_line_by_line_with_their_names(project: Path, run: Run) -> None:
    (project / "notes" / "sub").mkdir(parents=True)
    (project / "notes" / "b.txt").write_text("one\ntwo\n")
    (project / "notes" / "sub" / "a.txt").write_text("three\n")
    (project / "notes" / "c.csv").write_text("no text")
    run("add", "notes")
    with Store(ProjectPaths(project).db) as store:
        texts = store.corpus.texts([1, 2, 3])

    assert [("one", "b.txt"), ("two", "b.txt"), ("three", "sub/a.txt")] == [
        (one.text, one.meta["file"]) for one in texts
    ]


def test_each_file_is_one_text(project: Path, run: Run) -> None:
    (project / "notes").mkdir()
    (project / "notes" / "a.txt").write_text("one\ntwo\n\n")
    (project / "b.md").write_text("# three\r\n")
    run("add", "--file-per-text", "notes", "b.md")
    with Store(ProjectPaths(project).db) as store:
        texts = store.corpus.texts([1, 2])

    assert [("one\ntwo", "a.txt"), ("# three", "b.md")] == [(one.text, one.meta["file"]) for one in texts]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["empty"], 1, "empty: is a folder without .txt files."),
        (["--file-per-text", "in.jsonl"], 1, "in.jsonl: is not plain text but jsonl."),
        (["--file-per-text", "--format", "csv", "in.jsonl"], 2, "--format"),
        (["--file-per-text", "bad"], 1, "bad/x.txt, line 2: byte 1 of the line is not valid UTF-8."),
    ],
)
def test_what_cannot_be_read_as_texts_is_named(project: Path, run: Run, args: list[str], code: int, words: str) -> None:
    (project / "empty").mkdir()
    (project / "bad").mkdir()
    (project / "bad" / "x.txt").write_bytes(b"fine\n\xff\n")
    written(project / "in.jsonl", "a")
    ran = run("add", *args)

    assert (code, True) == (ran.code, words in ran.err)
    assert [] == texts_of(project)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short\n  line", "short line"),
        ("word " * 30, "word word word word word …"),
        ("看" * 30, "看" * 14 + " …"),
        ("x" * 40 + " y", "x" * 28 + " …"),
    ],
)
def test_the_preview_cuts_at_a_word(monkeypatch: pytest.MonkeyPatch, text: str, shown: str) -> None:
    monkeypatch.setenv("COLUMNS", "35")

    assert shown == shortened(text)


@pytest.mark.parametrize("option", [["--unescape"], ["--split", "sentence"]])
def test_texts_that_come_in_again_in_another_form_are_counted(project: Path, run: Run, option: list[str]) -> None:
    name = written(project / "in.jsonl", "R&amp;D left. Ann came.", "Plain", "R&amp;D left. Ann came.")
    run("add", name)

    added = run("add", *option, name).out
    assert "1 text of the project came in again, changed by the options; the first stay." in added.splitlines()
    run("remove", "--batch", "1")
    run("remove", "--batch", "2")
    assert "came in again" not in run("add", *option, name).out
