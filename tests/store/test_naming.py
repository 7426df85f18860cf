from __future__ import annotations

import pytest

from loop.records import Span
from loop.store.naming import Naming, Relabeling


def naming(*steps: tuple[tuple[str, ...], dict[str, str | None] | None]) -> Naming:
    """From the labels of each scheme, and what became of those before."""
    schemes = {version: labels for version, (labels, _) in enumerate(steps, start=1)}
    changes = [
        Relabeling(version, schemes[version - 1], names)
        for version, (_, names) in enumerate(steps, start=1)
        if names is not None
    ]
    return Naming(schemes, changes)


RENAMED = naming((("A", "B"), None), (("C", "B"), {"A": "C"}))
MERGED = naming((("A", "B"), None), (("B",), {"A": "B"}))
REMOVED = naming((("A", "B"), None), (("B",), {"A": None}))
ADDED_THEN_MERGED = naming((("A",), None), (("A", "B"), None), (("A",), {"B": "A"}))
NAME_GIVEN_AGAIN = naming((("A",), None), (("B",), {"A": "B"}), (("B", "A"), None))


@pytest.mark.parametrize(
    ("found", "scheme", "labels", "known", "revision"),
    [
        (RENAMED, 1, ("C", "B"), ("C", "B"), 0),
        (RENAMED, 2, ("A", "B"), ("C", "B"), 0),
        (MERGED, 1, ("B", "B"), ("B",), 2),
        (REMOVED, 1, ("B",), ("B",), 2),
        (ADDED_THEN_MERGED, 1, ("A", "A"), (), 3),
        (ADDED_THEN_MERGED, 2, ("A", "A"), ("A",), 3),
        (NAME_GIVEN_AGAIN, 1, ("B", "B"), ("B",), 0),
        (NAME_GIVEN_AGAIN, 3, ("A", "B"), ("B", "A"), 0),
    ],
)
def test_what_was_said_is_read_in_the_labels_of_today(found, scheme, labels, known, revision) -> None:
    said = (Span(0, 1, "A"), Span(2, 3, "B"))

    assert labels == tuple(span.label for span in found.spans(said, scheme))
    assert known == found.known(scheme)
    assert revision == found.revision(scheme)


def test_an_answer_from_before_a_label_that_is_removed_says_what_it_said() -> None:
    found = naming((("A",), None), (("A", "B"), None), (("A",), {"B": None}))

    assert [0, 3] == [found.revision(1), found.revision(2)]


def test_spans_that_become_the_same_are_one() -> None:
    assert (Span(0, 1, "B"),) == MERGED.spans((Span(0, 1, "A"), Span(0, 1, "B")), 1)


def test_labels_are_found_by_what_they_are_called_today() -> None:
    assert [(1, "A")] == RENAMED.other_names("C")
    assert [] == RENAMED.other_names("A")
    assert [(1, "A")] == MERGED.other_names("")
    assert [] == REMOVED.other_names("A")


def test_spans_from_elsewhere_follow_only_where_their_label_is_none_of_todays() -> None:
    spans = (Span(0, 1, "A"), Span(2, 3, "B"))

    assert spans == NAME_GIVEN_AGAIN.outdated(spans)
    assert ("C", "B") == tuple(span.label for span in RENAMED.outdated(spans))
    assert ("B",) == tuple(span.label for span in REMOVED.outdated(spans))


def test_before_the_first_scheme_no_label_is_in_force():
    assert () == Naming({}, []).in_force(0)
