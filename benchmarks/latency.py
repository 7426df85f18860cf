"""From a key to the redrawn screen, and from the command to the first question, in a real terminal of 120x50 cells.

A project of the bundled notes, several in one text until it is long enough, whose model has learned from 40 of them.
Each text is answered with three keys: a move, an edit after which the model re-decides the rest, and the accept that
brings the next text. A key's time runs from its last byte sent to the last byte of the screen received. On the idle
machine no trainer runs and all questions are laid out before; training, the session's own trainer learns from the
answers as they come, reads the pool and lays out the questions, as it always does. Where it is slower than the keys and
no question is left, that is waited for and counted, and is no key's time.
"""

from __future__ import annotations

import json
import os
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from _common import options, show, write_json

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "terminal"))

from person import run
from real_terminal import Terminal

from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_value
from loop.store import Store
from loop.store.locks import ProcessLock
from loop.trainer import Trainer

NOTES = Path(__file__).parents[1] / "data" / "demo" / "pool.jsonl"
TAUGHT = 40  # notes that the model has learned from at the beginning
READ = 100  # candidates of a round while it trains: a new queue comes as often as the keys ask for one
READING, BETWEEN = 0.15, 0.05  # seconds: before a text's first key, and between two keys; nobody is as quick
QUIET = 0.025  # seconds without a byte after which a screen is complete
SILENT = 5.0  # seconds after which a key counts as without effect
PATIENCE = 900.0  # seconds that a round may take
ASKED, WAITING = b"Why this text", b"The trainer is"


def main() -> None:
    """A row for each length of text, idle and training."""
    parser = options(str(__doc__))
    parser.add_argument("--questions", type=int, default=1000, help="per row")
    parser.add_argument("--tokens", type=int, nargs="+", default=[20, 200, 2000], help="lengths of the texts")
    arguments = parser.parse_args()
    asked, lengths, starts = (12, (20, 2000), 2) if arguments.quick else (arguments.questions, arguments.tokens, 7)
    rows = []
    for machine in ("idle", "training"):
        for tokens in lengths:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(measured(Path(folder) / "shop", tokens, machine, asked, starts))
            print(rows[-1], file=sys.stderr, flush=True)
    show("Milliseconds from a key to the screen, 120x50 cells; seconds from the command to the first question", rows)
    write_json(arguments.json, rows, seeds=[0], questions=asked)


def measured(folder: Path, tokens: int, machine: str, asked: int, starts: int) -> dict[str, Any]:
    """Work through `asked` texts of so many tokens; a row of figures."""
    training = machine == "training"
    paths = laid_out(folder, tokens, texts=asked + 100, at_once=60 if training else asked + 1)
    with ExitStack() as stack, Store(paths.db) as store:
        if not training:
            trainer = ProcessLock(paths.trainer_lock)
            trainer.acquire()
            stack.callback(trainer.release)
        before, load = len(store.journal.rounds()), os.getloadavg()[0]
        first = [first_question(folder) for _ in range(starts)]
        times, waits = work(folder, asked)
        answered, rounds = store.answers.count() - TAUGHT, len(store.journal.rounds()) - before
    assert asked == answered
    return {
        "machine": machine,
        "tokens": tokens,
        **{f"{name} {which}": value for name, ms in times.items() for which, value in percentiles(ms)},
        "first question": statistics.median(first),
        "rounds": rounds,
        "waits": waits,
        "load before": load,
    }


def laid_out(folder: Path, tokens: int, *, texts: int, at_once: int) -> ProjectPaths:
    """A project whose model has learned a little, with `at_once` questions in the queue."""
    notes = [json.loads(line) for line in NOTES.read_text(encoding="utf-8").splitlines()]
    gold, pool = folder.with_name("gold.jsonl"), folder.with_name("long.jsonl")
    gold.write_text("".join(json.dumps(note) + "\n" for note in notes[:TAUGHT]), encoding="utf-8")
    long = islice(joined([note["text"] for note in notes[TAUGHT:]], tokens), texts)
    pool.write_text("".join(json.dumps({"text": text}) + "\n" for text in long), encoding="utf-8")
    run("init", "--labels", "BRAND,PART,FAULT", folder=folder)
    paths = ProjectPaths(folder)
    for key, value in (("size", at_once), ("held_out_share", 0.0), ("again_share", 0.0)):
        set_value(paths.cfg, "queue", key, value)
    set_value(paths.cfg, "pretrain", "texts", 0)
    set_value(paths.cfg, "acquire", "candidates", max(READ, at_once))
    set_value(paths.cfg, "acquire", "carried_share", 0.0)  # the first round has none, and its queue would be shorter
    for command, file in (("import", gold), ("add", pool)):  # the long texts when the rounds are over, which read them
        run(command, str(file), folder=folder)
        with Store(paths.db) as store:
            trainer = Trainer(paths, load_settings(folder), store)
            while trainer.work():
                pass
            trainer.close()
    return paths


def joined(notes: Sequence[str], tokens: int) -> Iterator[str]:
    """Texts of about so many tokens, each with a number of its own, out of whole notes."""
    following = cycle(notes)
    number = 0
    while True:
        number += 1
        text = f"Job {number}:"
        while len(text.split()) < tokens * 0.85:  # a note's tokens are more than its words
            text += " " + next(following)
        yield text


def percentiles(ms: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Yield the median and the 99th percentile."""
    yield "p50", float(np.percentile(ms, 50))
    yield "p99", float(np.percentile(ms, 99))


def opened(folder: Path) -> Terminal:
    """The terminal of `loop annotate`, with a text on it."""
    return Terminal(folder, arguments=("-m", "loop", "-C", str(folder), "annotate"), rows=50, columns=120).wait(
        ASKED.decode(), "Job "
    )


def first_question(folder: Path) -> float:
    """Seconds from the command to the first text on the screen."""
    started = time.monotonic()
    terminal = opened(folder)
    waited = time.monotonic() - started
    terminal.press("q").end()
    return waited


def work(folder: Path, asked: int) -> tuple[dict[str, list[float]], int]:
    """Answer the texts; milliseconds by what the key did, and how often no question was left."""
    terminal = opened(folder)
    times: dict[str, list[float]] = {"move": [], "edit": [], "accept": []}
    waits = 0
    for _ in range(asked):
        for name, key, pause in (("move", "\x1b[C", READING), ("edit", "2", BETWEEN), ("accept", "\r", BETWEEN)):
            time.sleep(pause)
            seen, ms = pressed(terminal, key)
            times[name].append(ms)
        if WAITING in seen:
            waits += 1
            times["accept"].pop()
            until_asked(terminal)
    terminal.press("q").end()
    return times, waits


def pressed(terminal: Terminal, key: str) -> tuple[bytes, float]:
    """What the terminal was sent after a key, and milliseconds until it was complete."""
    descriptor = terminal.child.child_fd
    while select.select([descriptor], [], [], 0)[0]:
        os.read(descriptor, 65536)  # a note on the trainer may have come meanwhile
    started = last = time.perf_counter()
    os.write(descriptor, key.encode())
    seen, patience = b"", SILENT
    while select.select([descriptor], [], [], patience)[0]:
        seen += os.read(descriptor, 65536)
        last, patience = time.perf_counter(), QUIET
    assert seen, f"{key!r} changed nothing on the screen"
    return seen, 1000 * (last - started)


def until_asked(terminal: Terminal) -> None:
    """Read until there is a question again."""
    seen, descriptor = b"", terminal.child.child_fd
    while ASKED not in seen:
        assert select.select([descriptor], [], [], PATIENCE)[0], "the trainer laid out no questions"
        seen += os.read(descriptor, 65536)


if __name__ == "__main__":
    main()
