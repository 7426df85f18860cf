from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.records import Focus, Question, Text
from loop.settings import ProjectPaths
from loop.store.sessions import InHand, OpenSession, at_work, is_anybody_at_work, no_session, release


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path)


def about(text_id: int) -> Question:
    return Question(f"q{text_id}", Text(text_id, "a KMC chain"), ((0, 1),), ())


def test_nobody_is_at_work_in_a_new_project(paths: ProjectPaths) -> None:
    assert ([], False) == (at_work(paths), is_anybody_at_work(paths))


def test_a_second_session_of_the_same_name_is_refused_with_its_process(paths: ProjectPaths) -> None:
    OpenSession(paths, "ann")

    with pytest.raises(StoreError, match=rf"^ann has a session open on {paths.root.name} already \(process \d+\)"):
        OpenSession(paths, "ann")


def test_several_annotators_are_at_work_by_name_each_with_a_focus(paths: ProjectPaths) -> None:
    sessions = [OpenSession(paths, "ben", Focus("PART", (("shop", "süd"),), 3)), OpenSession(paths, "ann")]

    assert [("ann", Focus()), ("ben", Focus("PART", (("shop", "süd"),), 3))] == [
        (one.annotator, one.focus) for one in at_work(paths)
    ]
    sessions[0].close()
    assert ["ann"] == [one.annotator for one in at_work(paths)]


@pytest.mark.parametrize("name", ["a/b", "..", "Zoë Ünal", "x" * 300, "a%2Fb", "", "\x1b[31m"])
def test_any_name_has_a_file_of_its_own(paths: ProjectPaths, name: str) -> None:
    one, other = OpenSession(paths, name), OpenSession(paths, f"{name}!")

    assert [name, f"{name}!"] == [one.annotator for one in at_work(paths)]
    one.close()
    other.close()
    assert 2 == len(list(paths.sessions.glob("*.session")))


def test_what_the_others_have_in_hand_is_told_to_who_chooses(paths: ProjectPaths) -> None:
    ann, ben = OpenSession(paths, "ann"), OpenSession(paths, "ben")
    with ann.choosing() as taken:
        assert [] == taken
        ann.take(None, about(0))
    with ben.choosing() as taken:
        assert [InHand(0)] == taken
        ben.take(about(1), about(2))
    with ann.choosing() as taken:
        assert [InHand(1), InHand(2)] == taken


def test_who_reads_while_a_session_writes_finds_it(paths: ProjectPaths) -> None:
    ann, many = OpenSession(paths, "ann"), [about(number) for number in range(30)]

    def write() -> None:
        for number in range(3000):
            ann.take(*many[: 1 + 29 * (number % 2)])

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        while not written.done():
            assert ["ann"] == [one.annotator for one in at_work(paths)]
    written.result()


def test_what_was_in_hand_is_free_when_a_session_ends(paths: ProjectPaths) -> None:
    ann, ben = OpenSession(paths, "ann"), OpenSession(paths, "ben")
    ann.take(about(0))
    ann.close()
    with ben.choosing() as taken:
        assert [] == taken


@pytest.mark.integration
def test_what_a_killed_process_had_in_hand_is_free(paths: ProjectPaths) -> None:
    script = f"""
import sys, time
from pathlib import Path
from loop.settings import ProjectPaths
from loop.store.sessions import OpenSession
session = OpenSession(ProjectPaths(Path({str(paths.root)!r})), "ann")
print("open", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "open" == process.stdout.readline().strip()
    assert ["ann"] == [one.annotator for one in at_work(paths)]
    process.kill()
    process.communicate()
    assert [] == at_work(paths)


def test_a_stopped_session_can_be_released_and_stays_open(paths: ProjectPaths) -> None:
    ann = OpenSession(paths, "ann")
    ann.take(about(0))
    released = release(paths, "ann")

    assert released is not None
    assert (InHand(0),) == released.in_hand
    assert [()] == [one.in_hand for one in at_work(paths)]
    assert None is release(paths, "ben")


def test_no_session_opens_while_the_project_is_changed(paths: ProjectPaths) -> None:
    with no_session(paths) as is_alone:
        assert is_alone
        with pytest.raises(StoreError, match="No session can be opened"):
            OpenSession(paths, "ann")
    OpenSession(paths, "ann")
    with no_session(paths) as is_alone:
        assert not is_alone


@pytest.mark.parametrize("content", [b"", b"{", json.dumps({"annotator": "ann"}).encode()])
def test_a_file_that_says_nothing_yet_is_passed_over(paths: ProjectPaths, content: bytes) -> None:
    ann = OpenSession(paths, "ann")
    next(paths.sessions.glob("*.session")).write_bytes(content)

    assert [] == at_work(paths)
    assert is_anybody_at_work(paths)
    ann.close()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (InHand(1), InHand(1), True),
        (InHand(1), InHand(2), False),
        (InHand(1, (0, 5)), InHand(1), True),
        (InHand(1, (0, 5)), InHand(1, (4, 9)), True),
        (InHand(1, (0, 5)), InHand(1, (5, 9)), False),
    ],
)
def test_passages_of_a_text_conflict_where_they_overlap(one: InHand, other: InHand, expected: bool) -> None:
    assert (expected, expected) == (one.conflicts(other), other.conflicts(one))
