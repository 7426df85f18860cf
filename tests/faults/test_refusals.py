"""A full disk, a folder that cannot be written, a second session: refused in a sentence, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from in_turn import done_of, in_turn

from loop.records import Answer
from loop.settings import ProjectPaths
from loop.store import Store

pytestmark = pytest.mark.integration

# Run in a namespace of its own, where a small file system can be mounted without being root.
FULL = """
import sys
from pathlib import Path
from loop.errors import LoopError
from loop.records import Answer
from loop.store import NewText, Store

disk = Path(sys.argv[1])
with Store.create(disk / "project" / "loop.db") as store:
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
    assert "check disk space" in done.stdout
    assert int(done.stdout.split()[0]) > 5


def read_only(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a project whose file system is mounted read-only."""
    mount = f"mount --bind {root} {root} && mount -o remount,ro,bind {root}"
    return in_namespace(root.parent, mount, *command)


def without_rights(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a project whose folders this user may not write, not even as root."""
    for folder in (root / "data", root / "models", root):
        folder.chmod(0o500)
    lacking = "-dac_override,-dac_read_search"
    drop = ["setpriv", f"--bounding-set={lacking}", f"--inh-caps={lacking}"] if os.geteuid() == 0 else []
    if drop and subprocess.run([*drop, "true"], capture_output=True).returncode:
        pytest.skip("no setpriv here")
    try:
        return subprocess.run([*drop, *command], capture_output=True, text=True, cwd=root.parent)
    finally:
        for folder in (root, root / "data", root / "models"):
            folder.chmod(0o700)


@pytest.fixture
def unmerged(project_cfg: Path) -> Path:
    """A project whose last answer is only in the log of its store."""
    root = project_cfg.parent
    db = ProjectPaths(root).db
    with Store(db) as store:
        store.answers.add(Answer("unmerged", 16, "ann", "accept", scheme=1))
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{db}{suffix}", f"{db}{suffix}.kept")
    for suffix in ("", "-wal"):
        Path(f"{db}{suffix}.kept").rename(f"{db}{suffix}")
    return root


@pytest.mark.parametrize(
    ("refusing", "reason"), [(read_only, "Read-only file system"), (without_rights, "Permission denied")]
)
def test_what_only_reads_works_where_nothing_can_be_written_and_overlooks_no_answer(
    unmerged: Path, refusing: Callable[..., subprocess.CompletedProcess[str]], reason: str
) -> None:
    exported = refusing(unmerged, sys.executable, "-m", "loop", "-C", str(unmerged), "export", "-")
    before = {path.name: path.stat().st_mtime_ns for path in unmerged.rglob("*")}
    commands = ("status --json", "annotate --plain", "trainer", "add -")
    status, *refused = done_of(refusing(unmerged, *in_turn(unmerged, *commands)).stdout)

    assert 16 == len(exported.stdout.splitlines()), exported.stderr
    assert ({"accept": 16}, 3) == ((said := json.loads(status.out))["answers"], len(said["rounds"])), status
    for command, done in zip(commands[1:], refused, strict=True):
        assert (command, 1, True) == (command, done.code, f"cannot be written: {reason}" in done.err)
        assert "Traceback" not in done.err
        assert "only read" in done.err
    assert before == {path.name: path.stat().st_mtime_ns for path in unmerged.rglob("*")}


@pytest.fixture
def project_cfg(learned_project, settings) -> Path:
    from loop.settings import template

    learned_project.cfg.write_text(template(settings))
    with Store(learned_project.db):
        pass
    return learned_project.cfg
