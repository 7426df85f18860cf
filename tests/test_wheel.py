"""The wheel of loop is complete: installed where there is no checkout, it needs only what requirements.lock has."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import srsly
from without_loop import fresh_python, install, packages_of, plain_environment

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.integration


TEXTS = 100  # in each file of texts: the time of the demo goes into reading them


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to build from, with a part of the corpus; what an earlier build left in the checkout would get in."""
    source = tmp_path_factory.mktemp("source")
    for name in ("loop", "data"):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("pool.jsonl", "test.jsonl"):
        rows = (ROOT / "data" / "demo" / name).read_bytes().splitlines(keepends=True)
        (source / "data" / "demo" / name).write_bytes(b"".join(rows[:TEXTS]))
    return source


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "-w", str(out), str(source)], check=True)
    (wheel,) = out.iterdir()
    return wheel


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    python = fresh_python(folder / "venv", packages_of(ROOT / "requirements.lock", folder / "packages"))
    install(wheel, python)
    return python


def run(python: Path, *arguments: str | Path) -> str:
    """What it prints, started in the folder of its environment."""
    command, folder = [python, *arguments], python.parents[1]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=plain_environment(), check=False)

    assert 0 == ran.returncode, ran.stderr
    return ran.stdout


def loop(python: Path, *arguments: str) -> str:
    return run(python, python.with_name("loop"), *arguments)


@pytest.fixture(scope="module")
def demo(python: Path) -> str:
    """What `loop demo` printed, whose project is in `bikes`."""
    return loop(python, "demo", "--auto", "20", "--dir", "bikes")


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path):
    package = {path.relative_to(ROOT) for path in (ROOT / "loop").rglob("*") if path.is_file()}
    data = {Path("loop/demo") / path.name for path in (ROOT / "data" / "demo").iterdir()}
    data |= {Path("loop/vectors/en.npz"), Path("loop/vectors/README.md")}
    with zipfile.ZipFile(wheel) as archive:
        inside = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}

    assert {path for path in package | data if "__pycache__" not in path.parts} == inside


def test_what_runs_is_the_wheel_and_no_package_of_the_developers_is_seen(python: Path):
    code = "import importlib.util, loop; print(loop.__file__, importlib.util.find_spec('pytest'))"
    file, pytest_found = run(python, "-c", code).split()

    assert Path(file).is_relative_to(python.parents[1])
    assert "None" == pytest_found


def test_the_demo_answers_twenty_questions_by_doubt_and_at_random(demo: str):
    assert demo.startswith(f"{TEXTS} texts to ask about, {TEXTS} held out for evaluation")
    assert ["0", "10", "20", "10", "20"] == re.findall(r"^ +(\d+) .+ – ", demo, flags=re.MULTILINE)


@pytest.mark.usefixtures("demo")
def test_the_report_has_its_style_and_the_answers(python: Path):
    loop(python, "-C", "bikes", "report")
    page = (python.parents[1] / "bikes" / "report.html").read_text()

    assert (ROOT / "loop" / "report" / "style.css").read_text() in page
    assert "round 3, 20 answers: F1 " in page


@pytest.mark.usefixtures("demo")
def test_the_last_pipeline_of_the_demo_predicts(source: Path, python: Path):
    texts = [row["text"] for row in srsly.read_jsonl(source / "data" / "demo" / "test.jsonl")]
    loop(python, "predict", "bikes/models/last", "bikes/test.jsonl", "found.jsonl")
    found = list(srsly.read_jsonl(python.parents[1] / "found.jsonl"))
    spans = [(row["text"], span) for row in found for span in row["spans"]]

    assert texts == [row["text"] for row in found]
    assert all(0 <= one["start"] < one["end"] <= len(text) and 0 < one["p"] <= 1 for text, one in spans)
    assert {"BRAND", "PART", "FAULT"} >= {one["label"] for _, one in spans} >= {"PART"}
