from __future__ import annotations

import re
from pathlib import Path
from random import Random

import catalogue

from loop.acquire.acquisition import acquisition_functions, get_acquisition
from loop.acquire.scored import Scored
from loop.lattice import Expectation

PAGE = (Path(__file__).parents[2] / "docs" / "acquisition.md").read_text(encoding="utf-8")


def test_the_example_of_the_documentation_can_be_named_in_the_settings():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    before = set(acquisition_functions.get_all())
    exec(example, {})
    (name,) = set(acquisition_functions.get_all()) - before
    pool = [Scored(i, 10, 2.0, lambda i=i: Expectation(spans=float(i))) for i in (3, 1, 2)]
    try:
        chosen = get_acquisition(name)(pool, n=2, rng=Random(0))
    finally:
        del catalogue.REGISTRY[(*acquisition_functions.namespace, name)]

    assert "uncertain_about_few" == name
    assert [1, 2] == [one.text_id for one in chosen]


def test_the_documentation_names_every_strategy():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]

    assert set(acquisition_functions.get_all()) == {name for row in rows for name in re.findall("`([a-z_]+)`", row)}
