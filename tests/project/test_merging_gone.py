"""What one of two projects has erased or removed stays away."""

from __future__ import annotations

from pathlib import Path

import pytest
from grown_apart import TEXTS, answers, at, both_ways, in_both, log, merged, more, problems, say, texts

from loop.errors import StoreError
from loop.project import erase, opened
from loop.settings import ProjectPaths


def erased(paths: ProjectPaths, *contents: str) -> None:
    with opened(paths) as (_, settings, store):
        erase(paths, settings, store, store.corpus.texts([*store.corpus.find(contents).values()]))


def contents(paths: ProjectPaths) -> list[str]:
    return [text.text for text in texts(paths)]


def holding(root: Path, text: str) -> list[str]:
    return [path.name for path in root.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_text_that_was_erased_here_does_not_come_back_nor_do_answers_to_it(here, there):
    erased(here, TEXTS[0], TEXTS[30])
    with at(there) as store:
        say(store, "to an erased text", 0, annotator="bea")
        say(store, "to another", 20)
    report = merged(here, there)

    assert (2, 1) == (report.merged.erased, report.merged.answers.came)
    assert ["answer 1", "to another"] == [answer.id for _, answer in answers(here)]
    assert [] == holding(here.root, TEXTS[0]) == holding(here.root, TEXTS[30])
    assert [] == problems(here)
    assert not merged(here, there).merged.is_new


def test_what_the_other_project_erased_has_to_be_erased_here_first(here, there):
    erased(there, TEXTS[0], TEXTS[30])
    with at(here) as store:
        say(store, "since", 0, annotator="bea")
    with at(there) as store:
        say(store, "b", 11)
    before = here.db.read_bytes()
    with pytest.raises(StoreError, match="erased 2 texts that are still here") as refused:
        merged(here, there)

    assert "`loop erase 1 31`" in refused.value.hint
    assert before == here.db.read_bytes()
    erased(here, TEXTS[0], TEXTS[30])
    pair = both_ways(here, there)
    assert ["answer 1", "b"] == [answer.id for _, answer in in_both(pair, answers)]
    assert in_both(pair, log)


def test_erasing_reaches_the_store_as_it_was_before_the_merge_and_names_the_project_that_was_merged(here, there):
    with at(there) as store:
        say(store, "b", 11)
    merged(here, there)
    assert ["loop.db", "loop.db.before-merge"] == sorted(holding(here.data, TEXTS[11]))
    erased(here, TEXTS[11])

    assert [] == holding(here.data, TEXTS[11])
    with at(here) as store:
        assert [("project that was merged", str(there.root))] == [(one.what, one.path) for one in store.copies.all()]


def test_a_text_that_both_added_by_themselves_comes_back(here, there):
    for paths in (here, there):
        with at(paths) as store:
            store.corpus.add_batch(more("Mrs Example"), source="each")
    erased(here, "Mrs Example")
    merged(here, there)

    assert "Mrs Example" in contents(here)


@pytest.mark.parametrize("side", ["here", "there"])
def test_texts_of_a_removed_batch_go_unless_somebody_has_answered_them_since(here, there, side):
    removing, other = (here, there) if side == "here" else (there, here)
    with at(removing) as store:
        store.corpus.remove_batch(1)
    with at(other) as store:
        say(store, "since", 20)
        say(store, "taken back", 21)
        say(store, "undo", 21, verdict="retract", spans=(), retracts="taken back")
    pair = both_ways(here, there)

    assert [TEXTS[0], TEXTS[1], TEXTS[20], TEXTS[21]] == sorted(in_both(pair, contents), key=TEXTS.index)
    assert ["answer 0", "answer 1", "since", "taken back", "undo"] == [one.id for _, one in in_both(pair, answers)]
    assert [] == in_both(pair, problems)


def test_a_batch_that_was_added_again_after_it_was_removed_stays(here, there):
    with at(here) as store:
        store.corpus.remove_batch(1)
        store.corpus.add_batch(more(*TEXTS[:10]), source="again")
    with at(there) as store:
        say(store, "b", 5)
    pair = both_ways(here, there)

    assert set(TEXTS[:10]) == set(in_both(pair, contents))


def test_an_erasure_that_was_interrupted_there_has_to_be_completed_first(here, there):
    with at(there) as store:
        store.begin_erasing([1])
    with pytest.raises(StoreError, match="was interrupted") as refused:
        merged(here, there)

    assert f"loop -C {there.root} status" in refused.value.hint
