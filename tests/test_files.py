from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from loop.files import copy_file, make_private, new_folder, open_private, point, replacing


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o077, 0o777, 0o000])
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
    with new_folder(tmp_path / "new"):
        pass
    (tmp_path / "wide").write_text("x")
    (tmp_path / "wide").chmod(0o666)
    copy_file(tmp_path / "wide", tmp_path / "copied")

    made = ("opened", "made", "replaced", "new", "copied")
    assert [file, folder, file, folder, file] == [mode(tmp_path / name) for name in made]


def another_group() -> int:
    """A group of this process that new files do not have by themselves."""
    others = {12345} if os.geteuid() == 0 else {*os.getgroups()} - {os.getegid()}
    if not others:
        pytest.skip("this user is in a single group")
    return min(others)


@pytest.mark.usefixtures("umask")
def test_what_is_in_a_folder_made_in_a_shared_one_is_the_groups_too(tmp_path: Path):
    group = another_group()
    os.chown(tmp_path, -1, group)
    tmp_path.chmod(0o2770)
    (tmp_path.parent / "elsewhere").write_text("x")
    with new_folder(tmp_path / "new") as folder:
        (folder / "inside").mkdir()
        (folder / "inside" / "file").write_text("x")
        (tmp_path.parent / "elsewhere").rename(folder / "moved")
    made = [tmp_path / "new", *(tmp_path / "new").rglob("*")]

    assert 4 == len(made)
    assert {group} == {path.stat().st_gid for path in made}
    assert [0o2770, 0o2770, 0o660, 0o660] == sorted(map(mode, made), reverse=True)


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


def link(place: Path, victim: Path) -> None:
    place.symlink_to(victim)


def hard_link(place: Path, victim: Path) -> None:
    place.hardlink_to(victim)


def wide_file(place: Path, victim: Path) -> None:
    place.write_text("")
    place.chmod(0o666)


def folder(place: Path, victim: Path) -> None:
    place.mkdir(mode=0o777)


def pipe(place: Path, victim: Path) -> None:
    os.mkfifo(place)


@pytest.fixture
def victim(tmp_path: Path):
    """A file of somebody else's, which stays as it is whatever happens."""
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "elsewhere" / "victim"
    file.write_text("precious")
    file.chmod(0o644)
    yield file
    assert ("precious", 0o644) == (file.read_text(), mode(file))


PLANTED = [link, hard_link, wide_file, folder, pipe]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_planted_where_a_file_is_written_aside_is_neither_followed_nor_kept(
    tmp_path: Path, victim: Path, plant, monkeypatch
):
    monkeypatch.setattr("secrets.token_hex", lambda _: "foreseen")  # otherwise nobody can tell where that is
    plant(tmp_path / ".it-foreseen", victim)
    with pytest.raises(FileExistsError), replacing(tmp_path / "it") as out:
        out.write(b"secret")
    with pytest.raises(FileExistsError), new_folder(tmp_path / "it") as new:
        (new / "file").write_text("secret")
    with pytest.raises(FileExistsError):
        point(tmp_path / "it", "round-0001")

    assert {".it-foreseen", "elsewhere"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_planted_in_the_place_of_the_file_itself_is_replaced_or_refused(tmp_path: Path, victim: Path, plant):
    plant(tmp_path / "it", victim)
    try:
        with replacing(tmp_path / "it") as out:
            out.write(b"secret")
        replaced = True
    except OSError:
        replaced = False

    assert (plant in (link, hard_link, wide_file)) == replaced
    if replaced:
        assert (b"secret", 0o600, False) == (
            (tmp_path / "it").read_bytes(), mode(tmp_path / "it"), (tmp_path / "it").is_symlink()
        )  # fmt: skip
    assert {"it", "elsewhere"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("plant", "said"), [(link, "symbolic links"), (folder, "Is a directory"), (pipe, "No such device")]
)
def test_a_file_that_is_written_in_place_is_a_file(tmp_path: Path, victim: Path, plant, said: str):
    plant(tmp_path / "log", victim)

    with pytest.raises(OSError, match=said):
        open_private(tmp_path / "log", os.O_WRONLY | os.O_APPEND)


def test_neither_a_device_nor_what_a_link_leads_to_one_is_taken_from_others(tmp_path: Path):
    (tmp_path / "link").symlink_to("/dev/null")
    for target in (Path("/dev/null"), tmp_path / "link"):
        with pytest.raises(OSError, match="a pipe or a device"), replacing(target) as out:
            out.write(b"x")

    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str):
    with replacing(tmp_path / name) as out:
        out.write(b"x")

    assert [name] == [path.name for path in tmp_path.iterdir()]
