"""Whatever is done, no process opens a connection, unpickles, or writes outside of the project: each one is watched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from encoder_kit import write_encoder
from tiny_base import save_tiny_base

from loop.settings import ProjectPaths
from loop.store.locks import is_held

pytestmark = pytest.mark.integration

PATIENCE = 90.0
# Python runs it at the start of every process that can import it, the trainer's too.
WATCH = """
import os, sys

FORBIDDEN = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
             "urllib.Request", "pickle.find_class"}

def watch(event, args):
    # urllib3, which spaCy imports, asks in this way whether there is IPv6, and connects to nobody.
    if event in FORBIDDEN and not (event == "socket.bind" and args[1] == ("::1", 0)):
        with_log(event, args)
        raise RuntimeError(event)

def is_writing(path, mode, flags):
    ours = path == os.environ["LOOP_WATCHED"]
    return isinstance(path, str) and bool(flags & (os.O_WRONLY | os.O_RDWR)) and not (ours or path.startswith("/dev/"))

def note(event, args):
    if event == "open" and is_writing(*args) and not os.path.abspath(args[0]).startswith(os.environ["LOOP_ROOT"]):
        with_log(event, args)

def with_log(event, args):
    descriptor = os.open(os.environ["LOOP_WATCHED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, (event + " " + repr(args) + "\\n").encode())
    os.close(descriptor)

with open(os.environ["LOOP_WATCHED"] + ".seen", "a") as file:
    file.write(" ".join(sys.argv[:1]) + "\\n")
sys.addaudithook(watch)
sys.addaudithook(note)
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCH)
    variables = {"LOOP_WATCHED": tmp_path / "watched", "LOOP_ROOT": tmp_path / "project", "PYTHONPATH": site}
    return os.environ | {name: str(path) for name, path in variables.items()} | {"PYTHONDONTWRITEBYTECODE": "1"}


def loop(watched: dict[str, str], *command: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "loop", *command], env=watched, input=typed, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("with_encoder", [False, True])
def test_no_process_opens_a_connection_unpickles_or_writes_elsewhere_and_no_log_quotes_a_text(
    watched: dict[str, str], tmp_path: Path, with_encoder: bool
):
    project, texts = ProjectPaths(tmp_path / "project"), tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": f"note {n} on a worn chain"}) + "\n" for n in range(30)))
    base = save_tiny_base(tmp_path / "base")
    encoder = ["--encoder", str(write_encoder(tmp_path / "encoder"))] if with_encoder else []
    loop(watched, "-C", str(project.root), "init", "--labels", "PART", "--base", base, *encoder, str(texts))
    loop(watched, "-C", str(project.root), "annotate", "--plain", typed="none\n" * 12 + "quit\n")
    deadline = time.monotonic() + PATIENCE
    while not (project.models / "round-0001").is_dir() or is_held(project.trainer_lock):
        assert time.monotonic() < deadline, project.trainer_log.read_text()
        time.sleep(0.05)
    loop(watched, "-C", str(project.root), "export", str(project.root / "out.spacy"))
    processes = (tmp_path / "watched.seen").read_text().splitlines()

    assert with_encoder == project.features.exists()
    assert not (tmp_path / "watched").exists(), (tmp_path / "watched").read_text()
    assert len(processes) >= 4
    assert "worn" not in project.trainer_log.read_text()
    assert not [path for path in project.root.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
