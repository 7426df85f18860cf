"""Labels of two projects: what either added or renamed counts in both, and contradictions are named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grown_apart import TEXTS, at, begun, both_ways, in_both, known, learned, merged, problems, say

from loop.errors import StoreError
from loop.project import add_labels, opened, relabel
from loop.records import Span
from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_value
from loop.store import Store

SPAN = Span(0, 3, "PART")


def add(paths: ProjectPaths, *labels: str) -> None:
    with opened(paths) as (_, settings, store):
        add_labels(paths, settings, store, labels)


def rename(paths: ProjectPaths, **names: str | None) -> None:
    with opened(paths) as (_, settings, store):
        relabel(paths, settings, store, names, follow=lambda: None)


def labels(paths: ProjectPaths) -> tuple[str, ...]:
    return load_settings(paths.root).project.labels


def complete_for(paths: ProjectPaths) -> dict[str, frozenset[str]]:
    """The labels that each text's answers are complete for."""
    return {text: truth.labels for text, truth in known(paths).items()}


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_label_that_one_project_added_is_in_both_and_unknown_where_it_was_not_asked_about(here, there, side):
    adding, other = (here, there) if side == "here" else (there, here)
    add(adding, "FAULT")
    with at(adding) as store:
        say(store, "new", 10, spans=(SPAN, Span(4, 7, "FAULT")))
    with at(other) as store:  # later, without the label
        say(store, "old", 11, spans=(SPAN,))
    pair = both_ways(here, there)

    assert ("PART", "FAULT") == in_both(pair, labels)
    found = in_both(pair, complete_for)
    assert {"PART", "FAULT"} == found[TEXTS[10]]
    assert {"PART"} == found[TEXTS[0]] == found[TEXTS[11]]
    assert [] == in_both(pair, problems)


def test_rounds_learn_a_label_although_the_last_answers_are_of_a_project_that_lacked_it(here, tmp_path, settings):
    add(here, "FAULT")
    with at(here) as store:
        say(store, "fault", 10, spans=(Span(0, 3, "FAULT"),))
    other = begun(tmp_path / "other", settings)
    for n in (11, 12):
        with at(other) as store:
            say(store, f"last {n}", n)
    pair = both_ways(here, other)

    def in_force(paths: ProjectPaths) -> tuple[str, ...]:
        """The labels that a round over all answers learns."""
        with Store(paths.db) as store:
            last = max(answer.scheme for answer in store.answers.training())
            return store.journal.naming().in_force(last)

    assert ("PART", "FAULT") == in_both(pair, in_force)
    assert {"PART"} == in_both(pair, complete_for)[TEXTS[12]]
    assert [1] == list(in_both(pair, learned))


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_label_that_one_project_renamed_has_the_new_name_in_both(here, there, side):
    renaming, other = (here, there) if side == "here" else (there, here)
    for paths in (here, there):
        (paths.root / "patterns.jsonl").write_text('{"label": "PART", "pattern": "hub"}\n')
    rename(renaming, PART="BIT")
    with at(other) as store:
        say(store, "old name", 10, spans=(SPAN,))
    pair = both_ways(here, there)

    assert ("BIT",) == in_both(pair, labels)
    assert [Span(0, 3, "BIT")] == list(in_both(pair, known)[TEXTS[10]].spans)
    assert '"BIT"' in in_both(pair, lambda paths: (paths.root / "patterns.jsonl").read_text())
    assert "## BIT" in in_both(pair, lambda paths: paths.guidelines.read_text())
    assert [] == in_both(pair, problems)


def test_a_label_that_one_project_removed_is_gone_in_both(here, there):
    for paths in (here, there):
        add(paths, "FAULT")
    rename(here, FAULT=None)
    with at(there) as store:
        say(store, "fault", 10, spans=(SPAN, Span(4, 7, "FAULT")))
    pair = both_ways(here, there)

    assert ("PART",) == in_both(pair, labels)
    assert (SPAN,) == in_both(pair, known)[TEXTS[10]].spans


def test_a_project_that_was_begun_after_a_label_was_renamed_is_merged(here, tmp_path, settings):
    rename(here, PART="BIT")
    other = begun(tmp_path / "other", replace(settings, project=replace(settings.project, labels=("BIT",))))
    with at(other) as store:
        say(store, "b", 10, spans=(Span(0, 3, "BIT"),))
    pair = both_ways(here, other)

    assert {"BIT"} == {span.label for truth in in_both(pair, known).values() for span in truth.spans}


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ({"add": "A"}, {"add": "B"}, "labels: A only here, B only there"),
        ({"rename": "A"}, {"rename": "B"}, "labels: "),
        ({"cfg": ["PART", "A"]}, {"cfg": ["A", "PART"]}, "labels: PART, A here, A, PART there: the order counts"),
        ({"cfg": ["PART", "A"]}, {"cfg": ["B"]}, "labels: PART, A only here, B only there"),
    ],
)
def test_labels_that_contradict_each_other_are_refused_by_name(here, there, ours, theirs, said):
    for paths, change in ((here, ours), (there, theirs)):
        if "add" in change:
            add(paths, change["add"])
        elif "rename" in change:
            rename(paths, PART=change["rename"])
        else:
            set_value(paths.cfg, "project", "labels", change["cfg"])
    before = here.db.read_bytes(), here.cfg.read_bytes()
    with pytest.raises(StoreError, match=said) as refused:
        merged(here, there)

    assert refused.value.hint
    assert before == (here.db.read_bytes(), here.cfg.read_bytes())


def test_once_one_of_them_has_all_labels_they_are_merged(here, there):
    add(here, "A")
    add(there, "B")
    add(here, "B")
    with at(there) as store:
        say(store, "b", 10, spans=(Span(0, 3, "B"),))
    pair = both_ways(here, there)

    assert ("PART", "A", "B") == in_both(pair, labels)
    assert {"PART", "B"} == in_both(pair, complete_for)[TEXTS[10]]


def test_a_change_of_labels_that_was_interrupted_there_has_to_be_completed_first(here, there):
    with Store(there.db) as store:
        store.relabel(("BIT",), {"PART": "BIT"}, draft=lambda draft, _: draft)
    with pytest.raises(StoreError, match="was interrupted"):
        merged(here, there)
