from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from cli_running import Run

from loop.records import Answer, Focus, Question, Span
from loop.session import Session
from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.store.sessions import OpenSession


@pytest.fixture
def store(run: Run, project: Path) -> Iterator[Store]:
    run("add", "-", stdin=b"one chain\ntwo chains\nthree chains\n")
    with Store(ProjectPaths(project).db) as store:
        store.journal.scheme(["A", "B"])
        for text in store.corpus.texts([1, 2, 3]):
            asked = Question(f"q{text.id}", text, ((0, len(text.text)),), ())
            store.drafts.save(asked, "nobody", "")
        yield store


def say(store: Store, text_id: int, annotator: str, seconds: float, needs: int = 1) -> None:
    store.answers.add(
        Answer(f"{annotator}{text_id}", text_id, annotator, "accept", scheme=1, question_id=f"q{text_id}",
               seconds=seconds, needs=needs)
    )  # fmt: skip


def test_a_new_project_says_how_to_begin(run: Run, project: Path) -> None:
    assert "Nobody has answered a question yet. `loop annotate` begins.\n" == run("annotators").out


def test_everybody_is_listed_with_answers_pace_and_what_waits_for_them(run: Run, project: Path, store: Store) -> None:
    say(store, 1, "ann", 2.0, needs=2)
    say(store, 2, "ann", 4.0)
    say(store, 2, "ben", 6.0)
    session = OpenSession(ProjectPaths(project), "cid")
    listed = run("annotators").out.splitlines()
    as_json = json.loads(run("annotators", "--json").out)
    session.close()

    assert ["annotator", "answers", "today", "pace", "agreement", "waiting", "at", "work"] == listed[0].split()
    assert ["ann", "2", "2", "3.0", "s", "each"] == listed[1].split()
    assert ["ben", "1", "1", "6.0", "s", "each", "1"] == listed[2].split()
    assert ["cid", "0", "0", "1", "since"] == listed[3].split()[:5]
    assert [("ann", 2, 3.0, 0), ("ben", 1, 6.0, 1), ("cid", 0, None, 1)] == [
        (one["name"], one["answers"], one["seconds"], one["waiting"]) for one in as_json
    ]


def test_each_is_compared_with_all_others_and_below_20_texts_the_interval_is_all(run: Run, project: Path) -> None:
    run("add", "-", stdin="".join(f"{n} chains\n" for n in range(10, 31)).encode())
    right, wrong = Span(3, 9, "A"), Span(3, 9, "B")
    given = [("ann", n, right) for n in range(1, 21)] + [("ben", n, right if n < 20 else None) for n in range(1, 21)]
    with Store(ProjectPaths(project).db) as store:
        store.journal.scheme(["A", "B"])
        for name, n, span in [*given, *(("cid", n, wrong) for n in range(1, 11)), ("dee", 21, right)]:
            asked = Question(f"{name}{n}", store.corpus.texts([n])[0], ((0, 2), (3, 9)), ())
            store.answers.add(Answer(asked.id, n, name, "accept", (span,) if span else (), scheme=1), asked)
    listed = run("annotators").out.splitlines()
    as_json = json.loads(run("annotators", "--json").out)
    found = {one["name"]: one["agreement"] for one in as_json}

    # With ben 19 of 20 and 19 spans, with cid none of 10 and 10.
    assert [(20, 100 * 2 * 19 / 59)] * 2 == [
        (found[name]["texts"], found[name]["f1"]["value"]) for name in ("ann", "ben")
    ]
    assert (10, None, None) == (found["cid"]["texts"], found["cid"]["f1"]["value"], found["dee"])
    low, high = found["ann"]["f1"]["interval"]
    assert [f"F1 64.4 ({low:.0f} to {high:.0f})" in line for line in listed] == [False, True, True, False, False]
    assert ["F1 0 to 28" in line for line in listed] == [False, False, False, True, False]
    assert not any("F1" in line for line in (listed[0], listed[4]))


def test_who_has_left_completes_nothing_more(run: Run, project: Path, store: Store) -> None:
    say(store, 1, "ann", 2.0, needs=2)
    say(store, 2, "ben", 2.0)
    said = run("annotators", "--retire", "ben").out
    listed = run("annotators").out

    assert "ben has left, until they answer again. No longer waiting for them: 1 text." in said
    assert "has left" in listed
    assert [2, 1] == [one.text_id for one in store.answers.training()]


def test_nobody_leaves_who_is_at_work_or_unknown(run: Run, project: Path, store: Store) -> None:
    say(store, 1, "ann", 2.0)
    session = OpenSession(ProjectPaths(project), "ann")
    busy, unknown = run("annotators", "--retire", "ann"), run("annotators", "--retire", "eve")
    session.close()

    assert (1, 1) == (busy.code, unknown.code)
    assert "ann is at work." in busy.err
    assert "eve is not one of the annotators.\nThey are ann." in unknown.err


def test_what_a_stopped_session_has_in_hand_can_be_freed(run: Run, project: Path, store: Store) -> None:
    paths = ProjectPaths(project)
    session = Session(paths, load_settings(project), store, annotator="ann")
    store.questions.publish([Question("q9", store.corpus.texts([3])[0], ((0, 5),), ())], round=0)
    asked = session.next()
    freed, nothing = run("annotators", "--free", "ann"), run("annotators", "--free", "ben")
    other = Session(paths, load_settings(project), store, annotator="ben")
    again = other.next()
    other.close()
    session.close()

    assert asked
    assert asked == again
    assert "1 text may be asked of others now; what ann answers still counts." in freed.out
    assert "ben has no session open, so nothing is in their hand.\nAt work: ann." in nothing.err


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ('["meta.shop=north", "label=A"]', Focus("A", (("shop", "north"),))),
        ('["batch=2"]', Focus(batch=2)),
        ('["label=A"]', Focus("A")),
        ('["meta.a=b=c"]', Focus(where=(("a", "b=c"),))),
    ],
)
def test_a_route_says_what_somebody_is_asked_about(project: Path, route: str, expected: Focus) -> None:
    text = (project / "loop.cfg").read_text().replace("[routes]", f"[routes]\nann = {route}", 1)
    (project / "loop.cfg").write_text(text)

    assert {"ann": expected} == load_settings(project).routes


@pytest.mark.parametrize("route", ["[]", '"x"', '["shop=north"]', '["label=NONE"]', '["batch=0"]', '["meta.=x"]', "3"])
def test_a_route_that_says_nothing_is_refused_with_an_example(run: Run, project: Path, route: str) -> None:
    text = (project / "loop.cfg").read_text().replace("[routes]", f"[routes]\nann = {route}", 1)
    (project / "loop.cfg").write_text(text)
    ran = run("annotators")

    assert 1 == ran.code
    assert "[routes] ann must be a list of conditions on a text, and at most one label of the project." in ran.err
    assert 'For example: ann = ["meta.shop=north", "batch=2", "label=' in ran.err


def test_a_label_in_a_route_is_renamed_and_removed_with_the_label(run: Run, project: Path) -> None:
    text = (project / "loop.cfg").read_text()
    routes = '[routes]\nann = ["label=A"]\nben = ["batch=1", "label=A"]'
    (project / "loop.cfg").write_text(text.replace("[routes]", routes, 1))
    run("labels", "rename", "A", "C")
    renamed = load_settings(project).routes
    run("labels", "remove", "C", "--yes")

    assert {"ann": Focus("C"), "ben": Focus("C", batch=1)} == renamed
    assert {"ben": Focus(batch=1)} == load_settings(project).routes


def test_a_session_of_a_routed_annotator_is_about_nothing_else(run: Run, project: Path, store: Store) -> None:
    text = (project / "loop.cfg").read_text()
    (project / "loop.cfg").write_text(text.replace("[routes]", '[routes]\nann = ["batch=7"]', 1))
    ran = run("annotate", "--plain", "--annotator", "ann")

    assert "You are asked about batch=7 ([routes] in loop.cfg)." in ran.out
    assert "No text of the pool has batch=7." in ran.err


def test_a_batch_is_asked_about_alone(store: Store, project: Path, run: Run) -> None:
    run("add", "-", stdin=b"a later chain\n")
    later = store.corpus.sample_pool(9, Random(0), batch=2)

    assert ["a later chain"] == [text.text for text in later]
    assert [True, False] == [Focus(batch=2).covers(one) for one in (later[0], store.corpus.texts([1])[0])]
