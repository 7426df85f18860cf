"""Files in and out: how fast, and how long others wait for the store meanwhile; Prodigy's exports there and back."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import spacy
from _common import Row, options, percentiles, show, timed, write_json

from loop.formats import RawText, read, read_all, write
from loop.intake import add_texts, answered, import_answers, plan_import, read_answers
from loop.patterns.matching import Patterns
from loop.records import Answer
from loop.store import NewText, Store

LABELS = ("PRODUCT", "ORG", "PERSON", "LOCATION")
NLP = spacy.blank("en")
FORMATS = ("jsonl", "json", "csv", "parquet", "spacy", "conll", "doccano", "label-studio", "txt")
SYLLABLES = ("ba", "ko", "ri", "men", "tal", "os", "ix", "pre", "dol", "um")


def main() -> None:
    """Measure on made-up texts and, where they are, on the published exports of Prodigy."""
    arguments = options(str(__doc__)).parse_args()
    size, terms = (50_000, 5_000) if arguments.quick else (1_000_000, 50_000)
    with tempfile.TemporaryDirectory() as folder:
        rows = [adding(Path(folder), size), matching(Path(folder), terms)]
        exports = sorted((arguments.data / "prodigy_exports").glob("annotated_*.jsonl"))
        if exports:
            rows += there_and_back(Path(folder), exports)
    show("files in and out", rows)
    write_json(arguments.json, rows, seeds=[0])


def adding(folder: Path, size: int) -> Row:
    """Texts added while somebody answers: seconds, and the longest an answer took."""
    rng = random.Random(0)
    with Store.create(folder / "add" / "loop.db") as store:
        store.corpus.add_batch([NewText("one")], source="first")
        store.journal.scheme(LABELS)
        raws = (RawText(f"{n} {word(rng)} {word(rng)} {word(rng)}", "made", n) for n in range(size))
        waits, seconds = answering(store, lambda: add_texts(store, raws, source="made"))
    ms = percentiles([1000 * wait for wait in waits])
    slowest = f"p99 {ms['p99']:.0f} ms, longest {ms['max']:.0f} ms"
    return row(f"add {size:,} texts", seconds, f"{len(waits)} answers meanwhile: {slowest}")


def answering(store: Store, work: Callable[[], object]) -> tuple[list[float], float]:
    """Seconds of the work, and of every answer given meanwhile, ten a second."""
    began, waits = time.perf_counter(), []
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        while not waits or not working.done():
            given = Answer(f"a{len(waits)}", 1, "ann", "accept", scheme=1)
            waits.append(timed(lambda given=given: store.answers.add(given))[0])
            wait([working], timeout=0.1)
        working.result()
    return waits, time.perf_counter() - began


def matching(folder: Path, terms: int) -> Row:
    """Patterns loaded, and matched in 1,000 texts of 40 words."""
    rng = random.Random(0)
    made = sorted({" ".join(word(rng) for _ in range(rng.randint(2, 3))) for _ in range(2 * terms)})[:terms]
    path = folder / "patterns.jsonl"
    path.write_text("".join(json.dumps({"label": "PRODUCT", "pattern": term}) + "\n" for term in made))
    loading, patterns = timed(lambda: Patterns(NLP, path, labels=LABELS))
    docs = [NLP(" ".join([*rng.choices(made, k=3), *(word(rng) for _ in range(34))])) for _ in range(1_000)]
    seconds, found = timed(lambda: sum(len(patterns.matches(doc, NLP)) for doc in docs))
    return row(f"match {len(made):,} terms in 1,000 texts", seconds, f"loaded in {loading:.2f} s; {found:,} matches")


def there_and_back(folder: Path, exports: Iterable[Path]) -> list[Row]:
    """Prodigy's answers imported, written in every format, read again."""
    with Store.create(folder / "one" / "loop.db") as store:
        seconds, report = timed(lambda: imported(store, list(exports)))
        rows = [row("import Prodigy's exports", seconds, f"{report.added:,} answers, {report.batch.added:,} texts")]
        out = list(answered(store, NLP))
    for format in FORMATS:
        path = folder / f"out.{format}"
        written, count = timed(lambda path=path, format=format: write(out, path, format=format))
        seconds, found = timed(lambda path=path, format=format: sum(1 for _ in read(path, format=format)))
        told = f"{count:,} written in {written:.2f} s, {found:,} read, {path.stat().st_size / 1e6:.1f} MB"
        rows.append(row(f"read {format}", seconds, told))
    with Store.create(folder / "two" / "loop.db") as store:
        imported(store, [folder / "out.jsonl"])
        write(answered(store, NLP), folder / "again.jsonl")
    same = (folder / "out.jsonl").read_bytes() == (folder / "again.jsonl").read_bytes()
    return [*rows, row("export, import, export", 0.0, "byte-identical" if same else "NOT THE SAME")]


def imported(store: Store, files: list[Path]) -> Any:
    """Answers taken over as `loop import` does."""
    read_in = read_answers(store, read_all(files), nlp=NLP, labels=LABELS, annotator="me", source="exports")
    return import_answers(store, plan_import(store, read_in, labels=LABELS), source="exports")


def word(rng: random.Random) -> str:
    """A made-up word."""
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))


def row(what: str, seconds: float, more: str) -> Row:
    """A line of the table."""
    return {"what": what, "seconds": seconds, "more": more}


if __name__ == "__main__":
    main()
