from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from loop.cli import app

ROOT = Path(__file__).parents[1]
COMMANDS = get_command(app).commands
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROSE = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "benchmarks").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
# What a program prints, or a table is made from.
VERBATIM = re.compile(r" {4}|\| \w+ \| `")
# It is uncertainty, a match, F1, to correct, held-out texts, a repeat and overfitting; 0.5 and 5%, not .5 and 5 %.
OLD_WORDS = re.compile(
    r"\b(?:doubt(?:s|ed|ful)?|hits?|F|put(?:s|ting)? right|mend(?:s|ed)?)\b"
    r"|\b(?:(?:only|texts that) measures?|asked again|by heart)\b"
    r"|(?<![\w.])\.\d|\d %"
)


def lines_with_commands(text: str) -> list[str]:
    """What stands in backticks or on an indented line and begins with `loop`."""
    return re.findall(r"(?:`|^ {4})(loop [a-z][^`\n]*)", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CHANGELOG.md",
        "docs/start.md",
        "docs/acquisition.md",
        "docs/measuring.md",
        "docs/pipelines.md",
        "docs/privacy.md",
        "docs/reliability.md",
        "docs/benchmarks.md",
        "docs/formats.md",
        "docs/labels.md",
        "docs/checkpoints.md",
        "docs/training.md",
        "docs/prodigy.md",
        "docs/predict.md",
        "docs/api.md",
        "docs/simulation.md",
        "docs/terminal.md",
        "docs/keys.md",
        "docs/plain.md",
        "docs/quality.md",
        "docs/report.md",
        "docs/review.md",
    ],
)
def test_every_command_and_option_that_the_documents_name_exists(name: str):
    named = lines_with_commands((ROOT / name).read_text())
    for line in named:
        _, first, *rest = line.split()
        command = COMMANDS[first]
        if rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest[0]]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}

        assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*(?=\s|$)", line)) <= known, line
    assert named


def test_the_two_commands_of_the_readme_are_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert {"demo", "test"} <= targets
    assert {"make demo", "make test"} <= set(re.findall(r"make [a-z]+", (ROOT / "README.md").read_text()))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if not name.startswith("https:"):
            file = page.parent / name if name else page
            headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE) if anchor else []

            assert file.exists(), target
            assert not anchor or anchor in map(slug, headings), target


def test_the_index_of_decisions_lists_each_of_them_once():
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))

    assert sorted(path.name for path in folder.glob("[0-9]*.md")) == sorted(listed)


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_uses_the_words_of_the_field(page: Path):
    told = "\n".join(line for line in page.read_text(encoding="utf-8").splitlines() if not VERBATIM.match(line))

    assert [] == OLD_WORDS.findall(re.sub("`[^`]+`", "", told))


def test_the_readme_ends_within_two_screens():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert 100 >= len(lines)
    assert 100 >= max(map(len, lines))
