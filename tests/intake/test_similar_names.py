from __future__ import annotations

import pytest

from loop.intake.similar_names import near


@pytest.mark.parametrize(
    ("name", "labels", "found"),
    [
        ("FASHION_BRAND", ("BRAND", "ORG"), "BRAND"),
        ("brand", ("BRAND",), "BRAND"),
        ("Work-Of_Art", ("WORKOFART", "ART"), "WORKOFART"),
        ("PERSON", ("PER", "ORG"), "PER"),
        ("LOC", ("PER", "LOCATION"), "LOCATION"),
        ("ORGANISATION", ("ORGANIZATION",), "ORGANIZATION"),
        ("B-PER", ("PER",), "PER"),
        ("JOB_TITLE", ("JOB", "TITLE", "JOB_TITLE_OLD"), "JOB_TITLE_OLD"),
        ("C", ("A", "B"), None),
        ("b", ("A", "B"), "B"),
        ("GPE", ("PER", "LOC"), None),
        ("AB", ("ABSTRACT",), None),
        ("人名", ("人名_1",), "人名_1"),
        ("--", ("__",), None),
    ],
)
def test_the_label_that_a_name_probably_stands_for_is_found(name: str, labels: tuple[str, ...], found: str | None):
    assert found == near(name, labels)
