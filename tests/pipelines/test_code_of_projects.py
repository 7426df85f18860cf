"""A project with code of its own, through the commands: who trusts it, and what its words become."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from in_turn import Done, done_of, in_turn

from loop.base.code import import_code

# As a library does that warns of texts it does not like.
CODE = """
import io, logging, sys, warnings
from pathlib import Path
import spacy

class Telling:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer

    def __call__(self, text):
        warnings.warn(f"[W030] {text} could not be aligned")
        logging.getLogger("spacy").warning(text)
        print(text, end="")
        sys.stderr.write(text)
        getattr(sys.stdout, "buffer", io.BytesIO()).write(text.encode())
        return self.tokenizer(text)

    def __getattr__(self, name):
        return getattr(self.tokenizer, name)

@spacy.registry.tokenizers("telling")
def make():
    return lambda nlp: Telling(spacy.blank("xx").tokenizer)

(Path(__file__).parent / "ran").touch()
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline that needs the code in `functions.py` beside it."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "functions.py").write_text(CODE)
    import_code(folder / "functions.py")
    spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "telling"}}}).to_disk(folder / "base")
    return folder


def loop(folder: Path, *commands: str, **variables: str) -> list[Done]:
    """What becomes of commands on the project, in one process."""
    command = in_turn(folder / "project", *commands)
    ran = subprocess.run(command, cwd=folder, env=os.environ | variables, capture_output=True, text=True)
    assert "" == ran.stderr
    return done_of(ran.stdout)


@pytest.mark.integration
def test_what_libraries_say_of_texts_is_in_no_log_and_another_person_is_asked_before_anything_is_run(
    base: Path, tmp_path: Path
) -> None:
    rows = ({"text": f"zyxcanary {n}", "spans": [{"start": 0, "end": 9, "label": "PART"}]} for n in range(12))
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = shlex.join(["--base", f"{base / 'base'}", "--code", f"{base / 'functions.py'}", "--labels", "PART"])
    made, imported = loop(tmp_path, f"init {options}", "import in.jsonl")
    trainer = [sys.executable, "-m", "loop", "-C", "project", "trainer", "--with-session"]
    trained = subprocess.run(trainer, cwd=tmp_path, capture_output=True, text=True)
    (base / "ran").unlink()
    other = {"XDG_STATE_HOME": str(tmp_path / "theirs")}
    refused = loop(tmp_path, "annotate --plain", "trainer", **other)
    ran = (base / "ran").exists()
    trusting, trusted = loop(tmp_path, "--trust-code status --json", "status --json", **other)

    assert [0, 0, 0] == [made.code, imported.code, trained.returncode], trained.stderr
    assert "round 1: " in trained.stdout
    assert "zyxcanary" not in trained.stdout + trained.stderr
    assert "UserWarning from" in trained.stderr
    assert 3 == trained.stderr.count("Output from")
    for done in refused:
        assert (1, True, True) == (done.code, "not trusted yet" in done.err, "--trust-code" in done.err)
    assert not ran
    assert [12, 12] == [json.loads(done.out)["texts"] for done in (trusting, trusted)]
