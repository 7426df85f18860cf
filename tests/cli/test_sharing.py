from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

from cli_running import Run

from loop.settings.writing import set_value


def modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))}


def test_a_project_is_its_owners_alone(project: Path, run: Run):
    project.chmod(0o700)
    run("add", "-", stdin=b"one\ntwo\n")
    run("export", "out.jsonl")

    assert {(True, 0o700), (False, 0o600)} == modes(project)


def test_a_shared_project_is_its_groups_whatever_is_made_later(project: Path, run: Run):
    set_value(project / "loop.cfg", "project", "shared", grp.getgrgid(os.getegid()).gr_name)
    run("add", "-", stdin=b"one\ntwo\n")
    run("import", "--labels", "A", "-", stdin=b'{"text": "one", "spans": []}\n')
    run("export", "out.jsonl")

    assert {(True, 0o2770), (False, 0o660)} == modes(project)
    assert "No problems found.\n" == run("doctor").out


def test_a_group_that_does_not_exist_is_named(project: Path, run: Run):
    set_value(project / "loop.cfg", "project", "shared", "no such group")

    assert "cannot be shared with the group no such group" in run("status").err


def test_a_store_that_is_gone_is_not_begun_anew(project: Path, run: Run):
    run("add", "-", stdin=b"one\ntwo\n")
    (project / "models" / "round-0003").mkdir(parents=True)
    (project / "data" / "loop.db").write_bytes(b"")
    ran = run("status")

    assert (1, True) == (ran.code, "missing or empty" in ran.err)
    assert b"" == (project / "data" / "loop.db").read_bytes()


def test_before_a_pipeline_from_outside_is_loaded_its_code_is_spoken_of(folder: Path, run: Run, tmp_path: Path):
    import spacy

    base = tmp_path / "base"
    spacy.blank("en").to_disk(base)
    outside = run("init", "--labels", "A", "--base", base)
    named = run("-C", "other", "init", "--labels", "A", "--base", "blank:en")

    assert (0, True) == (outside.code, "use it only if you trust it" in outside.err)
    assert "trust" not in named.err
