"""docs/development.md is a map: what it names is there."""

from __future__ import annotations

import re
from ast import literal_eval
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
LAYERS, WHERE = (PAGE.partition(heading)[2].partition("\n## ")[0] for heading in ("## The layers", "## Where is …"))


def test_the_layers_are_those_that_import_linter_holds() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    held = literal_eval(pyproject.partition("\nlayers = ")[2].partition("]\n")[0] + "]")
    told = re.findall(r"^\| (`.+?`) \|", LAYERS, flags=re.MULTILINE)

    assert [set(layer.replace("loop.", "").split(" | ")) for layer in held] == [
        set(re.findall(r"`(\w+)`", row)) for row in told
    ]


def test_files_and_functions_that_it_names_are_there() -> None:
    named = re.findall(r"`([\w/]+\.py)`((?:,? `\w+`)*)", WHERE)
    functions = [(file, name) for file, names in named for name in re.findall(r"\w+", names)]

    assert len(functions) > 8
    assert [] == [file for file, _ in named if not (ROOT / "loop" / file).is_file()]
    assert [] == [
        (file, name)
        for file, name in functions
        if not re.search(rf"\bdef {name}\b", (ROOT / "loop" / file).read_text(encoding="utf-8"))
    ]
