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

from _common import PATIENCE, options, percentiles, show, wait, write_json
from _data import DEMO, rows
from _terminal import Terminal, run

from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_value
from loop.store import Store
from loop.store.locks import ProcessLock, is_held
from loop.trainer import Trainer

SEED = 0  # of the project: its settings' default
TAUGHT = 40  # notes that the model has learned from at the beginning
SPARE = 100  # texts beside those asked about
READ = 100  # candidates of a round while it trains: a new queue comes as often as the keys ask for one
READING, BETWEEN = 0.15, 0.05  # seconds: before a text's first key, and between two keys; nobody is as quick
QUIET = 0.025  # seconds without a byte after which a screen is complete
SILENT = 5.0  # seconds after which a key counts as without effect
ASKED, WAITING = b"Why: ", b"The trainer is"


def main() -> None:
    """A row for each length of text, idle and training."""
    parser = options(str(__doc__))
    parser.add_argument("--questions", type=int, default=1000, help="per row")
    parser.add_argument("--tokens", type=int, nargs="+", default=[20, 200, 2000], help="lengths of the texts")
    arguments = parser.parse_args()
    asked, lengths, starts = (12, (20, 200), 1) if arguments.quick else (arguments.questions, arguments.tokens, 7)
    spare = 20 if arguments.quick else SPARE
    found = []
    for machine in ("idle", "training"):
        for tokens in lengths:
            with tempfile.TemporaryDirectory() as folder:
                found.append(measured(Path(folder) / "shop", tokens, machine, asked, starts, spare))
            print(found[-1], file=sys.stderr, flush=True)
    show("Milliseconds from a key to the screen, 120x50 cells; seconds from the command to the first question", found)
    write_json(arguments.json, found, seeds=[SEED], questions=asked)


def measured(folder: Path, tokens: int, machine: str, asked: int, starts: int, spare: int) -> dict[str, Any]:
    """Work through `asked` texts of so many tokens, with some to `spare`; a row of figures."""
    training = machine == "training"
    paths = laid_out(folder, tokens, texts=asked + spare, at_once=60 if training else asked + 1)
    with ExitStack() as stack, Store(paths.db) as store:
        if not training:
            trainer = ProcessLock(paths.trainer_lock)
            trainer.acquire()
            stack.callback(trainer.release)
        before, load = len(store.journal.rounds()), os.getloadavg()[0]
        first = [first_question(folder) for _ in range(starts)]
        times, waits = work(folder, asked)
        answered, rounds = store.answers.count(), len(store.journal.rounds()) - before
        if training:
            wait(lambda: not is_held(paths.trainer_lock), "the end of the trainer")
    if asked != answered:
        raise SystemExit(f"{answered} answers are in the store, {asked} were given")
    return {
        "machine": machine,
        "tokens": tokens,
        **{f"{name} {which}": percentiles(ms)[which] for name, ms in times.items() for which in ("p50", "p99")},
        "first question": statistics.median(first),
        "rounds": rounds,
        "waits": waits,
        "load before": load,
    }


def laid_out(folder: Path, tokens: int, *, texts: int, at_once: int) -> ProjectPaths:
    """A project whose model has learned a little, with `at_once` questions in the queue."""
    notes = rows(DEMO / "pool.jsonl")
    gold, pool = folder.with_name("gold.jsonl"), folder.with_name("long.jsonl")
    gold.write_text("".join(json.dumps(note) + "\n" for note in notes[:TAUGHT]), encoding="utf-8")
    long = islice(joined([note["text"] for note in notes[TAUGHT:]], tokens), texts)
    pool.write_text("".join(json.dumps({"text": text}) + "\n" for text in long), encoding="utf-8")
    run("init", "--labels", "BRAND,PART,FAULT", folder=folder)
    paths = ProjectPaths(folder)
    for key, value in (("size", at_once), ("held_out_share", 0.0), ("repeat_share", 0.0)):
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


def opened(folder: Path) -> Terminal:
    """The terminal of `loop annotate`, with a text on it."""
    command = ("-m", "loop", "-C", str(folder), "annotate")
    return Terminal(folder, arguments=command, rows=50, columns=120).wait(ASKED.decode())


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
    for _ in written(descriptor, 0.0):  # a note on the trainer may have come meanwhile
        pass
    started = last = time.perf_counter()
    os.write(descriptor, key.encode())
    seen = b""
    for piece in written(descriptor, SILENT):
        seen += piece
        last = time.perf_counter()
    if not seen:
        raise SystemExit(f"{key!r} changed nothing on the screen")
    return seen, 1000 * (last - started)


def written(descriptor: int, patience: float) -> Iterator[bytes]:
    """What is written to the terminal, the first of it within so many seconds, until it is `QUIET`.

    Raises:
        SystemExit: it is never quiet, or the session has ended.
    """
    stop = time.monotonic() + PATIENCE
    while select.select([descriptor], [], [], patience)[0]:
        try:
            yield os.read(descriptor, 65536)
        except OSError as error:  # as Linux says that nobody writes any more
            raise SystemExit("the session has ended") from error
        if time.monotonic() > stop:
            raise SystemExit(f"the screen has been changing for {PATIENCE:g} s")
        patience = QUIET


def until_asked(terminal: Terminal) -> None:
    """Read until there is a question again."""
    seen, stop = b"", time.monotonic() + PATIENCE
    while ASKED not in seen:
        if time.monotonic() > stop:
            raise SystemExit(f"the trainer has laid out no questions for {PATIENCE:g} s")
        seen += b"".join(written(terminal.child.child_fd, 1.0))


if __name__ == "__main__":
    main()
