"""From a key to the redrawn screen, and from the command to the first question, in a real terminal of 120x50 cells.

Each text is answered with three keys: a move, an edit after which the model re-decides the rest, and the accept that
brings the next text. A key's time runs from its last byte sent to the last byte of the screen received. Beside an idle
machine it is measured while a spaCy pipeline is being trained with the trainer's niceness, one thread, two cores.
"""

from __future__ import annotations

import os
import random
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from _common import options, show, write_json

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "terminal"))

from real_terminal import Terminal
from terminal_project import LABELS, SETTINGS, lay_out

from loop.lattice import Lattice, Moves
from loop.records import Candidate, Question, Span, Text
from loop.settings import template
from loop.store.locks import ProcessLock

SEED = 0
THINKING = 0.15  # seconds between two keys: a quick annotator's
QUIET = 0.03  # seconds without a byte after which a screen is complete
TRAINING = """
import os, random, spacy
from spacy.training import Example
os.nice(10)
nlp = spacy.blank("en")
nlp.add_pipe("ner").add_label("BRAND")
rng = random.Random(0)
texts = [" ".join(rng.choices(["chain", "worn", "SRAM", "pedal", "axle"], k=40)) for _ in range(64)]
examples = [Example.from_dict(nlp.make_doc(t), {"entities": [(0, len(t.split()[0]), "BRAND")]}) for t in texts]
optimizer = nlp.initialize(lambda: examples)
print("training", flush=True)
while True:
    nlp.update(rng.sample(examples, 16), sgd=optimizer)
"""


def main() -> None:
    """A row for each length of text, idle and training."""
    parser = options(str(__doc__))
    parser.add_argument("--questions", type=int, default=1000, help="per row")
    arguments = parser.parse_args()
    asked, lengths, starts = (8, (20, 2000), 2) if arguments.quick else (arguments.questions, (20, 200, 2000), 7)
    rows = []
    for machine in ("idle", "training"):
        for tokens in lengths:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(measured(Path(folder) / "shop", tokens, machine, asked, starts))
    show("Milliseconds from a key to the screen, 120x50 cells; seconds from the command to the first question", rows)
    write_json(arguments.json, rows, seeds=[SEED], questions=asked)


def measured(folder: Path, tokens: int, machine: str, asked: int, starts: int) -> dict[str, Any]:
    """Work through `asked` texts of so many tokens; a row of figures."""
    rng = random.Random(SEED)
    paths = lay_out(folder, [question(rng, number, tokens) for number in range(asked + 1)])
    paths.cfg.write_text(template(SETTINGS), encoding="utf-8")
    trainer = ProcessLock(paths.trainer_lock)
    trainer.acquire()  # no other one starts, which would lay out other questions
    with training(machine == "training"):
        load = os.getloadavg()[0]
        first = [first_question(folder) for _ in range(starts)]
        times = work(folder, asked)
    return {
        "machine": machine,
        "tokens": tokens,
        **{f"{name} {which}": value for name, ms in times.items() for which, value in percentiles(ms)},
        "first question": statistics.median(first),
        "load before": load,
    }


def percentiles(ms: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Yield the median and the 99th percentile."""
    yield "p50", float(np.percentile(ms, 50))
    yield "p99", float(np.percentile(ms, 99))


@contextmanager
def training(wanted: bool) -> Iterator[None]:
    """A pipeline being trained meanwhile."""
    if not wanted:
        yield
        return
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", TRAINING], stdout=subprocess.PIPE, env=env)
    try:
        assert process.stdout
        assert process.stdout.readline() == b"training\n"
        yield
    finally:
        process.kill()
        process.wait()


def first_question(folder: Path) -> float:
    """Seconds from the command to the first text on the screen."""
    started = time.monotonic()
    terminal = Terminal(folder, arguments=("-m", "loop", "-C", str(folder), "annotate"), rows=50, columns=120)
    terminal.wait("Why this text", "text000")
    waited = time.monotonic() - started
    terminal.press("q").end()
    return waited


def work(folder: Path, asked: int) -> dict[str, list[float]]:
    """Answer the texts; milliseconds by what the key did."""
    terminal = Terminal(folder, rows=50, columns=120).wait("Why this text", "text000")
    times: dict[str, list[float]] = {"move": [], "edit": [], "accept": []}
    for _ in range(asked):
        for name, key in (("move", "\x1b[C"), ("edit", "2"), ("accept", "\r")):
            time.sleep(THINKING)
            times[name].append(pressed(terminal, key))
    terminal.press("q").end()
    return times


def pressed(terminal: Terminal, key: str) -> float:
    """Milliseconds until the screen that follows a key is complete."""
    descriptor = terminal.child.child_fd
    while select.select([descriptor], [], [], 0)[0]:
        os.read(descriptor, 65536)  # a note on the trainer may have come meanwhile
    started = time.perf_counter()
    os.write(descriptor, key.encode())
    select.select([descriptor], [], [], 5)
    while True:
        os.read(descriptor, 65536)
        last = time.perf_counter()
        if not select.select([descriptor], [], [], QUIET)[0]:
            return 1000 * (last - started)


def question(rng: random.Random, number: int, tokens: int) -> Question:
    """Ask about made-up words: a span at every tenth, something doubtful at every twentieth, a lattice behind all."""
    words = [f"text{number:03}"] + [
        f"{rng.choice(('chain', 'SRAM', 'axle'))}{rng.randrange(99)}" for _ in range(tokens - 1)
    ]
    starts = np.cumsum([0, *(len(word) + 1 for word in words)]).tolist()
    offsets = [(start, start + len(word)) for start, word in zip(starts, words, strict=False)]
    marks = [Span(*offsets[i], LABELS[0]) for i in range(3, tokens, 10)]
    doubtful = [Span(*offsets[i], LABELS[1]) for i in range(5, tokens, 20)]
    candidates = [*(Candidate(span, 0.9) for span in marks), *(Candidate(span, 0.3) for span in doubtful)]
    text = Text(0, " ".join(words))
    lattice = Lattice(moves(tokens)).to_bytes()
    return Question("", text, tuple(offsets), tuple(marks), tuple(candidates), lattice, share="doubtful", round=3)


def moves(tokens: int) -> Moves:
    """The moves of such a text: two labels possible at every token, a span of two tokens begun at every fourth."""
    p = np.full((tokens, 2), 0.004)  # below what is offered, as nearly all moves of a trained model
    p[3::10, 0], p[5::20, 1] = 0.9, 0.3
    begins = np.arange(0, tokens - 1, 4)
    begun = np.full(len(begins), 0.03)
    out = 1.0 - p.sum(axis=1)
    out[begins] -= begun
    return Moves(
        labels=LABELS,
        out=np.log(out),
        dropped=np.zeros((2, tokens)),
        unit_start=np.repeat(np.arange(tokens), 2),
        unit_label=np.tile([0, 1], tokens),
        unit_logp=np.log(p).ravel(),
        begin_start=begins,
        begin_label=np.zeros(len(begins), dtype=np.int64),
        begin_logp=np.log(begun),
        begin_length=np.ones(len(begins), dtype=np.int64),
        last=np.full(len(begins), np.inf),
    )


if __name__ == "__main__":
    main()
