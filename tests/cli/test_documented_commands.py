"""Every command that README.md and docs/ show on a line of its own runs, in the order of its page."""

from __future__ import annotations

import gzip
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
import spacy
import srsly
from cli_running import Ran, Run
from encoder_kit import write_encoder
from pyarrow import parquet
from trainer_kit import SMALL, finish
from workshop import workshop_gold

from loop.project import create_project
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, Settings, load_settings
from loop.settings.writing import set_value
from loop.store import NewText, Store

ROOT = Path(__file__).parents[2]
PAGES = {str(page.relative_to(ROOT)): page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
TEXTS, ANSWERED = 80, 60
LABELS = ("PART", "FAULT")
# What a command is given besides, since nobody is at the terminal here.
UNATTENDED = {"annotate": ["--plain"], "erase": ["--yes"], "terms": ["--plain"]}
# What takes minutes as it is written, and what makes it short, None where nothing does; a slow test runs it as it is.
LONG = {
    "demo": None,
    "-C d200 train": None,
    "train": ["--training.max_steps", "4", "--training.eval_frequency", "2"],
    "predict en_core_web_sm": ["--workers", "2"],
}
# Pages that begin with no project.
BEGINNING = ("README.md", "docs/api.md", "docs/benchmarks.md")
# Pages whose commands start processes of their own.
WITH_PROCESSES = {"docs/training.md", "docs/predict.md", "docs/benchmarks.md"}


class Line(NamedTuple):
    """A command line of a page: what is piped into it, and its words without `loop`."""

    piped: bytes
    words: list[str]

    @property
    def shown(self) -> str:
        return shlex.join(self.words)

    @property
    def long(self) -> str | None:
        return next((long for long in LONG if self.shown == long or self.shown.startswith(f"{long} ")), None)


def lines_of(page: Path) -> Iterator[Line]:
    """The commands in indented and fenced blocks."""
    is_fenced = False
    for line in page.read_text(encoding="utf-8").splitlines():
        is_fenced ^= line.startswith("```")
        if is_fenced or line.startswith("    "):
            command = re.split(r"\s+#\s", line.strip())[0]
            before, _, after = command.rpartition(" | ")
            if after.startswith("loop "):
                piped = before.removeprefix("printf ").strip("'").encode().decode("unicode_escape").encode()
                yield Line(piped, shlex.split(after)[1:])


LINES = {name: list(lines_of(page)) for name, page in PAGES.items()}
SHOWING = [name for name, lines in LINES.items() if lines]


def test_the_commands_of_the_pages_are_found():
    shown = [line.shown for lines in LINES.values() for line in lines]

    assert {"README.md", "docs/training.md", "docs/plain.md", "docs/privacy.md", "docs/simulation.md"} <= {*SHOWING}
    assert 30 <= len(shown)
    assert "annotate --measure 100" in shown
    assert Line(b"ok\nquit\n", ["annotate", "--plain"]) in LINES["docs/plain.md"]
    assert {*LONG} == {line.long for lines in LINES.values() for line in lines} - {None}


def rows() -> list[dict[str, Any]]:
    """The texts of a bicycle workshop, as a gold file holds them."""
    made = []
    for n, (text, spans) in enumerate(workshop_gold(TEXTS).items()):
        words = f"{text} for Mrs Example" if n == 7 else text
        meta = {"shop": ["north", "south"][n % 2], "year": 2024, "patient": 4711 if n == 5 else n}
        made.append({"text": words, "spans": list(map(asdict, spans)), "meta": meta})
    return made


def write_files(folder: Path) -> None:
    """All that the pages name."""
    gold = rows()
    srsly.write_jsonl(folder / "notes.jsonl", [{"text": row["text"], "meta": row["meta"]} for row in gold])
    srsly.write_jsonl(folder / "gold.jsonl", gold[:ANSWERED])
    srsly.write_jsonl(folder / "test.jsonl", gold[ANSWERED:])
    (folder / "notes").mkdir()
    parquet.write_table(pa.table({"text": [row["text"] for row in gold]}), folder / "notes" / "1.parquet")
    (folder / "my_functions.py").write_text("import spacy\n")
    (folder / "cc.de.300.vec.gz").write_bytes(gzip.compress(b"2 3\nKette 1 0 0\nBremse 0 1 0\n"))
    spacy.blank("xx").to_disk(folder / "my_pipeline")
    write_encoder(folder / "minilm")


def fill(store: Store) -> None:
    gold = rows()
    store.corpus.add_batch((NewText(row["text"], meta=row["meta"]) for row in gold), source="notes.jsonl")
    scheme = store.journal.scheme(LABELS)
    for text in store.corpus.texts(range(1, ANSWERED + 1)):
        spans = tuple(Span(**span) for span in gold[text.id - 1]["spans"])
        store.answers.add(Answer(f"a{text.id}", text.id, "ann", "accept", spans, scheme=scheme))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project `brands`, after 15 rounds, and a folder `files` with what the pages name."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "files").mkdir()
    write_files(folder / "files")
    paths = ProjectPaths(folder / "brands")
    create_project(paths, Settings(ProjectSettings(base="blank:xx", labels=LABELS)))
    set_value(paths.cfg, "update", "round_size", 4)
    set_value(paths.cfg, "update", "steps", 2)
    with Store(paths.db) as store:
        fill(store)
        finish(paths, load_settings(paths.root), store)
    return folder


class Reader:
    """Somebody who types the commands of a page, one after the other, without a terminal."""

    def __init__(self, page: str, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self._files, self._run, self._monkeypatch = folder / "files", run, monkeypatch
        if page in BEGINNING:
            shutil.rmtree(folder / "brands")
        self.place = folder if page in (*BEGINNING, "docs/predict.md") else folder / "brands"
        if page == "README.md":
            self.place = folder / "brands"
            self.place.mkdir()

    def types(self, line: Line, *, shortened: bool) -> Ran:
        """Type it, and give it what it needs to end by itself."""
        place = self.place
        if line.words[0] == "init" and (place / "loop.cfg").exists():
            place = Path(mkdtemp(dir=place.parent))
        words = [SMALL if word == "en_core_web_sm" else word for word in line.words]
        words += [option for option in UNATTENDED.get(words[0], []) if option not in words]
        words += (LONG[line.long] or []) if line.long and shortened else []
        self._bring(words, place)
        self._monkeypatch.chdir(place)
        return self._run(*words, stdin=line.piped or b"quit\n")

    def _bring(self, words: list[str], place: Path) -> None:
        """Put the files there that a command names."""
        for word in words:
            name = Path(word.removeprefix("../")).parts[0]
            target = place / ("../" if word.startswith("../") else "") / name
            if (self._files / name).is_dir():
                shutil.copytree(self._files / name, target, dirs_exist_ok=True)
            elif (self._files / name).exists():
                shutil.copy(self._files / name, target)


def work_at_once(paths: ProjectPaths) -> None:
    """What the trainer's process does, in this one."""
    with Store(paths.db) as store:
        finish(paths, load_settings(paths.root), store)


@pytest.fixture
def reading(folder: Path, shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Reader]:
    """Sets the scene for a page."""
    shutil.copytree(shop, folder, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setattr("loop.cli.annotate.start_trainer", work_at_once)
    return lambda page: Reader(page, folder, run, monkeypatch)


def marked(pages: Sequence[str]) -> list[Any]:
    return [pytest.param(page, marks=[pytest.mark.integration] if page in WITH_PROCESSES else []) for page in pages]


@pytest.mark.parametrize("page", marked(SHOWING))
def test_the_commands_of_a_page_run(page: str, reading: Callable[[str], Reader]):
    reader = reading(page)
    for line in LINES[page]:
        if line.long is None or LONG[line.long] is not None:
            ran = reader.types(line, shortened=True)

            assert 0 == ran.code, f"{line.shown}: {ran.err or ran.out}"


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize("page", [page for page in SHOWING if any(line.long for line in LINES[page])])
def test_the_commands_of_a_page_that_take_long_run_as_they_are_written(
    page: str, reading: Callable[[str], Reader], default_network: None
):
    reader = reading(page)
    for line in LINES[page]:
        ran = reader.types(line, shortened=False)

        assert 0 == ran.code, f"{line.shown}: {ran.err or ran.out}"
