"""Files as nobody should write them: accepted and right, or refused by file and line, and never half taken in."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_running import Run

TEXT = "a worn chain"


def span(start: object, end: object, label: object = "A") -> bytes:
    """A row with one span."""
    return json.dumps({"text": TEXT, "spans": [{"start": start, "end": end, "label": label}]}).encode() + b"\n"


def spans(*pairs: tuple[int, int]) -> bytes:
    rows = [{"start": start, "end": end, "label": "A"} for start, end in pairs]
    return json.dumps({"text": TEXT, "spans": rows}).encode() + b"\n"


def answer(id_: str, text: str) -> bytes:
    own = {"id": id_, "labels": ["A"]}
    return json.dumps({"text": text, "answer": "accept", "spans": [], "_loop": own}).encode() + b"\n"


GOOD = b'{"text": "fine"}\n'
REFUSED = [
    ("add", "in.jsonl", GOOD + b'{"text": "caf\xe9"}\n', "in.jsonl, line 2: byte 14 of the line is not valid UTF-8"),
    ("add", "in.txt", "fine\nçà\n".encode("utf-16"), "in.txt, line 1: "),
    ("add", "in.txt", b"fine\nnot\0fine\n", "in.txt, line 2: contains a NUL character"),
    ("add", "in.jsonl", GOOD + b'{"text": "not\\u0000fine"}\n', "in.jsonl, line 2: its text contains a NUL character"),
    ("add", "in.jsonl", GOOD + b'{"text": "half \\ud83d"}\n', "in.jsonl, line 2: contains half of a surrogate pair"),
    ("add", "in.jsonl", GOOD + b'{"text": "x", "half": "\\udc00"}\n', "in.jsonl, line 2: contains half of a"),
    ("add", "in.jsonl", GOOD + b'{"text": "' + b"x" * 10_000_000 + b'"}\n', "in.jsonl, line 2: "),
    ("add", "in.txt", b"fine\n" + b"x" * 10_000_000 + b"\n", "in.txt, line 2: "),
    ("add", "in.jsonl", b"id,text\n1,fine\n", "in.jsonl, line 1: is not valid JSON"),
    ("add", "in.jsonl", GOOD + b"[1]\n", "in.jsonl, line 2: is not a JSON object"),
    ("add", "in.jsonl", GOOD + b'{"text": 7}\n', "in.jsonl, line 2: has no text"),
    ("add", "in.jsonl", GOOD + b'{"text": "x", "n": NaN}\n', "in.jsonl, line 2: contains NaN"),
    ("add", "in.jsonl", GOOD + b'{"text": "x", "n": 1e999}\n', "in.jsonl, line 2: contains NaN, an infinite number"),
    ("add", "in.jsonl", GOOD + b'{"text": "x", "n": ' + b"9" * 5000 + b"}\n", "in.jsonl, line 2: contains NaN"),
    ("add", "in.jsonl", GOOD + b'{"text": "x", "n": ' + b"[" * 100_000 + b"\n", "in.jsonl, line 2: "),
    ("add", "in.jsonl", GOOD + b'{"text": "x"', "in.jsonl, line 2: is not valid JSON"),
    ("add", "in.spacy", b"x\x9cnot a DocBin", "in.spacy: is not a DocBin file"),
    ("add", "in.parquet", b"PAR1 cut short", "in.parquet: "),
    ("add", "in.jsonl.gz", b"\x1f\x8b cut short", "in.jsonl.gz: is a damaged gzip file"),
    ("add", "in.jsonl", b"", "in.jsonl: has no texts"),
    ("import", "in.jsonl", spans((0, 1)) + span(-3, 4), "in.jsonl, line 2: span 1 goes from -3 to 4"),
    ("import", "in.jsonl", spans((0, 1)) + span(6, 2), "in.jsonl, line 2: span 1 goes from 6 to 2"),
    ("import", "in.jsonl", spans((0, 1)) + span(3, 3), "in.jsonl, line 2: span 1 goes from 3 to 3"),
    ("import", "in.jsonl", spans((0, 1)) + span(2, 99), "in.jsonl, line 2: span 1 goes from 2 to 99"),
    ("import", "in.jsonl", spans((0, 1)) + span(True, 4), "in.jsonl, line 2: span 1 has no whole numbers"),
    ("import", "in.jsonl", spans((0, 1)) + span("2", 4), "in.jsonl, line 2: span 1 has no whole numbers"),
    ("import", "in.jsonl", spans((0, 1)) + span(2, 10**30), "in.jsonl, line 2: span 1 goes from 2 to 1000"),
    ("import", "in.jsonl", spans((0, 1)) + span(2, 6, "\x1b[2J"), "in.jsonl, line 2: span 1 has no label"),
    ("import", "in.jsonl", spans((0, 1)) + span(2, 6, "NONE"), "in.jsonl, line 2: answers with the label NONE"),
    ("import", "in.jsonl", spans((0, 1)) + spans((2, 6), (4, 9)), "in.jsonl, line 2: the spans 2-6 and 4-9 overlap"),
    ("import", "in.jsonl", answer("same", "one") + answer("same", "two"), "in.jsonl, line 2: has the same id as an"),
    ("import", "in.jsonl", answer("", "one"), "in.jsonl, line 1: its _loop.id is empty, too long or"),
]  # fmt: skip
ACCEPTED = [
    ("add", "in.jsonl", b"\xef\xbb\xbf" + GOOD, "Added 1 text "),
    ("add", "in.txt", "\ufeffone\r\ntwo\u2028still two\n".encode(), "Added 2 texts "),
    ("add", "in.jsonl", b'{"text": "x", "long": "' + b"y" * 10_000_000 + b'"}\n', "Added 1 text "),
    ("add", "in.jsonl", b'{"text": "\\ud83d\\ude00 smiles"}\n', "Added 1 text "),
    ("add", "in.txt", b"'; DROP TABLE texts; --\n\x1b[2J\x07\n", "Added 2 texts "),
    ("add", "new\nline.txt", b"another one\n", "Added 1 text "),
    ("add", "*.txt", b"once more\n", "Added 1 text "),
    ("import", "in.jsonl", answer("same", "one") * 2, "Imported 1 answer "),
    ("import", "in.jsonl", spans((6, 2)[::-1], (7, 12)), "Imported 1 answer "),
]


def test_what_cannot_be_meant_is_refused_by_file_and_line_and_shows_nothing_of_it(project: Path, run: Run):
    wrong = []
    for command, name, content, said in REFUSED:
        (project / name).write_bytes(content)
        ran = run(command, name)
        if ran.code != 1 or not ran.err.startswith(f"Error: {said}") or "worn" in ran.err:
            wrong.append((command, name, content[:99], said, ran.code, ran.err[:300]))

    assert [] == wrong
    assert 0 == json.loads(run("status", "--json").out)["texts"]


def test_what_is_only_odd_is_taken_as_it_is(project: Path, run: Run):
    wrong = []
    for command, name, content, said in ACCEPTED:
        (project / name).write_bytes(content)
        ran = run(command, name)
        if ran.code != 0 or said not in ran.out:
            wrong.append((command, name, content[:99], said, ran.out[:300], ran.err[:300]))

    assert [] == wrong
    assert "\x1b" not in run("status").out


def test_an_empty_folder_and_a_link_to_itself_are_no_files_nor_is_a_link_in_a_folder(project: Path, run: Run):
    (project / "folder.txt").mkdir()
    (project / "loop.txt").symlink_to("loop.txt")

    assert "Error: folder.txt: is a folder without .txt files." in run("add", "folder.txt").err
    assert "Error: loop.txt: cannot be read" in run("add", "loop.txt").err
    (project / "folder.txt" / "in.txt").symlink_to("nowhere")
    assert "Error: folder.txt/in.txt: cannot be read" in run("add", "folder.txt").err


def test_a_link_to_a_file_elsewhere_is_read(project: Path, run: Run, tmp_path: Path):
    (tmp_path / "elsewhere.txt").write_text("one\n")
    (project / "here.txt").symlink_to(tmp_path / "elsewhere.txt")

    assert "Added 1 text " in run("add", "here.txt").out


@pytest.mark.slow
def test_a_hundred_thousand_patterns_are_accepted(project: Path, run: Run):
    rows = (json.dumps({"label": "A", "pattern": f"term {n}"}) for n in range(100_000))
    (project / "many.jsonl").write_text("\n".join(rows))
    ran = run("patterns", "add", "many.jsonl")

    assert "Added 100,000 patterns" in ran.out


def test_a_project_whose_name_is_no_text_works(tmp_path: Path, run: Run):
    folder = tmp_path / os.fsdecode(b"new\nline \xff \x1b[2J")
    made = run("-C", folder, "init", "--labels", "A", "-", stdin=b"one\n")

    assert (0, False) == (made.code, "\x1b" in made.out)
    assert 1 == json.loads(run("-C", folder, "status", "--json").out)["texts"]
