from __future__ import annotations

from pathlib import Path

from timings import LONGER, function

ROOT = Path(__file__).parents[1]


def test_make_check_leaves_out_tests_that_exist() -> None:
    names = LONGER.read_text(encoding="utf-8").splitlines()
    gone = [
        name
        for name in names
        for file, _, test in [name.partition("::")]
        if not (ROOT / file).exists() or f"def {test.split('::')[-1]}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]

    assert names
    assert [] == gone


def test_a_name_is_the_same_whatever_the_parameters() -> None:
    assert "tests/a.py::test_b" == function("tests/a.py::test_b[1-[x]]") == function("tests/a.py::test_b")
