"""A full disk, a folder that cannot be written, a second session: refused in a sentence, and nothing lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.session import Session
from loop.store import Store

# Run in a namespace of its own, where a small file system can be mounted without being root.
FULL = """
import sys
from pathlib import Path
from loop.errors import LoopError
from loop.records import Answer
from loop.store import NewText, Store

disk = Path(sys.argv[1])
with Store(disk / "project" / "loop.db") as store:
    store.journal.scheme(["A"])
    store.corpus.add_batch([NewText(f"text {n}") for n in range(900)], source="s")
    (disk / "ballast").write_bytes(b"x" * 200_000)
    given, refused = [], None
    try:
        with open(disk / "filler", "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 65536)
    except OSError:
        pass
    with open(disk / "filler", "rb+") as file:
        file.truncate((disk / "filler").stat().st_size - 300_000)
    for n in range(1, 800):
        try:
            given.append(store.answers.add(Answer(f"a{n}", n, "ann", "accept", scheme=1, memo="x" * 900)).id)
        except LoopError as error:
            refused = error
            break
    assert refused is not None and refused.hint, "the disk was never full"
    (disk / "ballast").unlink()
    (disk / "filler").unlink()
    given.append(store.answers.add(Answer("after", 800, "ann", "accept", scheme=1)).id)
with Store(disk / "project" / "loop.db") as store:
    assert [answer.id for answer in store.answers.standing()] == given
print(len(given), refused, refused.hint)
"""


def in_namespace(tmp_path: Path, mount: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command where `mount` has been done; skipped where that is not allowed."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no mounting here")
    script = f'{mount} || exit 77; exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", *command], capture_output=True, text=True, cwd=tmp_path
    )
    if done.returncode == 77:
        pytest.skip("no mounting here")
    return done


def test_on_a_full_disk_an_answer_is_refused_and_given_again_when_there_is_room(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=1800k none {disk}"
    done = in_namespace(tmp_path, mount, sys.executable, "-c", FULL, str(disk))

    assert 0 == done.returncode, done.stderr
    assert "nothing was changed. Try again" in done.stdout
    assert "look at the free space" in done.stdout
    assert int(done.stdout.split()[0]) > 5


def test_a_project_that_cannot_be_written_is_refused_by_every_command(project_cfg: Path):
    root = project_cfg.parent
    mount = f"mount --bind {root} {root} && mount -o remount,ro,bind {root}"
    for command in (
        ["status"],
        ["annotate", "--plain"],
        ["trainer"],
        ["doctor"],
        ["export", "-"],
        ["erase", "1", "--yes"],
    ):
        done = in_namespace(root.parent, mount, sys.executable, "-m", "loop", "-C", str(root), *command)

        assert (1, True) == (done.returncode, "Read-only file system" in done.stdout + done.stderr), done.stderr
        assert "Traceback" not in done.stderr


def test_there_is_one_session_at_a_time(paths, settings, store):
    first = Session(paths, settings, store)
    with pytest.raises(StoreError, match="Another session is open"):
        Session(paths, settings, store)
    first.close()
    Session(paths, settings, store).close()


@pytest.fixture
def project_cfg(learned_project, settings) -> Path:
    from loop.settings import template

    learned_project.cfg.write_text(template(settings))
    with Store(learned_project.db):
        pass
    return learned_project.cfg
