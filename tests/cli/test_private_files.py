"""Whatever the commands write is for its owner alone, and the doctor has nothing to say about it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest
from cli_running import Run
from workshop import workshop_gold

from loop.cli import demo
from loop.cli.simulate import read_gold_spans
from loop.settings import Settings, template

TERMS = '{"label": "PART", "pattern": "hub"}\n'
WRITING = [
    "export data/out.jsonl",
    "export ../elsewhere/out.jsonl.gz",
    "export models/out.spacy",
    "export out.parquet",
    "export out.conll",
    "export data/no-text.jsonl --no-text",
    "report",
    "report data/report.html",
    "patterns add terms.jsonl",
    "terms --examples PART=chain",
    "backup ../elsewhere/copy",
    "rebuild 1 --to data/again",
    "demo --auto 1 --dir ../elsewhere/demo",
    "train --no-run",
    "package",
    "package ../elsewhere/packages",
    "predict models/last in.jsonl data/predicted.jsonl",
    "simulate in.jsonl --test test.jsonl --answers 1 --out ../elsewhere/runs --save ../elsewhere/saved",
]


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.integration
@pytest.mark.usefixtures("usual_umask")
def test_others_can_read_nothing_that_any_command_has_written(
    learned_template: Path, folder: Path, settings: Settings, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "read_gold_spans", lambda file: dict(islice(read_gold_spans(file).items(), 12)))
    shutil.copytree(learned_template, folder, symlinks=True, dirs_exist_ok=True)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    rows = [{"text": text, "spans": list(map(asdict, spans))} for text, spans in workshop_gold(24).items()]
    given = {"loop.cfg": template(settings), "in.jsonl": "\n".join(map(json.dumps, rows[:12]))}
    given |= {"test.jsonl": "\n".join(map(json.dumps, rows[12:])), "terms.jsonl": TERMS}
    for name, content in given.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    for command in WRITING:
        ran = run(*command.split())

        assert (command, 0) == (command, ran.code), ran.err
    files = [path for root in (folder, tmp_path / "elsewhere") for path in root.rglob("*") if not path.is_symlink()]

    assert [] == [path for path in files if path.stat().st_mode & 0o077]
    assert len(files) > 100
    assert "No problems found" in run("doctor").out
