from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from loop.files import make_private, open_private, replacing


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("of_folder", "file", "folder"), [(0o755, 0o600, 0o700), (0o2770, 0o660, 0o2770)])
def test_what_is_made_is_private_and_in_a_folder_shared_with_a_group_the_groups(
    tmp_path: Path, of_folder: int, file: int, folder: int
):
    tmp_path.chmod(of_folder)
    os.close(open_private(tmp_path / "opened", os.O_RDWR))
    make_private(tmp_path / "made")
    with replacing(tmp_path / "replaced") as out:
        out.write(b"x")

    assert [file, folder, file] == [mode(tmp_path / name) for name in ("opened", "made", "replaced")]


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "it"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(target) as out:
        out.write(b"%d" % (1 / 0))
    before = [path.name for path in tmp_path.iterdir()], target.read_text()
    with replacing(target) as out:
        out.write(b"new")

    assert (["it"], "old") == before
    assert (["it"], "new") == ([path.name for path in tmp_path.iterdir()], target.read_text())
