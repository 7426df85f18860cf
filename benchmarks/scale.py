"""Pools of any size: import, rounds and memory with 10 thousand, 100 thousand and 1 million generated texts.

Whatever the size, the same texts are answered, those with which every pool begins, and not the ones asked about: a
round then learns from the same texts everywhere, and what differs between the sizes is owed to the pool.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from itertools import accumulate, islice, pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import uuid4

from _common import beside, options, show, timed, wait, write_json

from loop.records import Question, Span, Text
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings
from loop.store import NewText, RoundInfo, Store
from loop.store.events import EventKind

SIZES = (10_000, 100_000, 1_000_000)
QUICK = (1_200, 5_000)
ROUNDS, QUICK_ROUNDS = 10, 3
SEED = 0
WORDS = 30_000
# So many of the words name what is to be found: one of a hundred in running text.
NAMES = 600
ONSETS = ("b", "ch", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v")
RIMES = ("a", "e", "i", "o", "u", "ai", "ou", "en", "ar", "is")
SYLLABLES = tuple(onset + rime for onset in ONSETS for rime in RIMES)
SETTINGS = Settings(ProjectSettings(labels=("NAME",), seed=SEED), QueueSettings(held_out_share=0.0))


def main() -> None:
    """Run every size after the other, each part in a process of its own, and print a column for each."""
    parser = options(str(__doc__))
    parser.add_argument("--role", choices=["import", "session", "trainer"], help="a part of one run; for itself")
    parser.add_argument("--folder", type=Path, help="of the run")
    parser.add_argument("--texts", type=int, help="of the run")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="per size")
    arguments = parser.parse_args()
    if arguments.role:
        role = {"import": import_texts, "session": answer, "trainer": train}[arguments.role]
        print(json.dumps(role(ProjectPaths(arguments.folder), arguments.texts, arguments.rounds)))
        return
    sizes, rounds = (QUICK, QUICK_ROUNDS) if arguments.quick else (SIZES, arguments.rounds)
    rows = []
    for texts in sizes:
        rows.append(measured(texts, rounds))
        show(f"{texts:,} texts", rows[-1:])
    show("Pools of any size", rows)
    for name in ("s per round", "CPU s per round", "of it learning"):
        times = [row[name] for row in rows]
        print(f"{name}, longest to shortest: {max(times) / min(times):.2f}")
    write_json(arguments.json, rows, seeds=[SEED], rounds=rounds)


def measured(texts: int, rounds: int) -> dict[str, Any]:
    """One row of the table."""
    with tempfile.TemporaryDirectory(prefix="loop-scale-") as folder:
        run = ("--folder", folder, "--texts", texts, "--rounds", rounds)
        with part("import", *run) as importing:
            imported = finished(importing)
        size = sum(file.stat().st_size for file in ProjectPaths(Path(folder)).db.parent.glob("loop.db*"))
        with part("trainer", *run) as trainer, part("session", *run) as answering:
            is_over, is_alive = (lambda: answering.poll() is not None), (lambda: not trainer.poll())
            wait(is_over, "the session's rounds", alive=is_alive, patience=float("inf"))
            session, trained = (finished(process) for process in (answering, trainer))
    return {
        "texts": texts,
        "texts/s in": round(texts / imported["seconds"]),
        "store MB": round(size / 1e6, 1),
        "s per round": median(session["rounds"]),
        "CPU s per round": median(trained["cpu"]),
        "of it learning": median(trained["learning"]),
        "s first queue": session["first"],
        "s pretraining": session["pretraining"],
        "ms answer to next": 1000 * median(session["answers"]),
        "ms slowest": 1000 * max(session["answers"]),
        "ms status": 1000 * median(session["statuses"]),
        "MB trainer": trained["peak"],
        "MB session": session["peak"],
        "MB import": imported["peak"],
    }


def part(role: str, *run: object) -> AbstractContextManager[subprocess.Popen[str]]:
    """A part of a run, in a process of its own."""
    return beside(__file__, "--role", role, *run, stdout=subprocess.PIPE)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a part of a run has printed."""
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"a part of the run ended with {process.returncode}")
    found: dict[str, Any] = json.loads(printed)
    return found


def import_texts(paths: ProjectPaths, texts: int, _rounds: int) -> dict[str, Any]:
    """Bring generated texts into a new store; the time to generate them is taken off."""
    generating, _ = timed(lambda: deque(generated(texts), maxlen=0))
    new = (NewText(text, source="generated") for text in generated(texts))
    with Store.create(paths.db) as store:
        seconds, _ = timed(lambda: store.corpus.add_batch(new, source="generated"))
    return {"seconds": seconds - generating, "peak": peak()}


def train(paths: ProjectPaths, _texts: int, rounds: int) -> dict[str, Any]:
    """The trainer's process: work until the rounds are done."""
    from loop.trainer import Trainer

    learning: list[float] = []
    worked: list[float] = []

    def on_round(info: RoundInfo) -> None:
        learning.append(info.seconds)
        worked.append(time.process_time())

    with Store(paths.db) as store:
        trainer = Trainer(paths, SETTINGS, store)
        trainer.run(lambda: len(learning) >= rounds, on_round)
        trainer.close()
    # From the end of one round's learning to that of the next: a queue in between.
    return {"learning": learning, "cpu": [b - a for a, b in pairwise(worked)], "peak": peak()}


def answer(paths: ProjectPaths, _texts: int, rounds: int) -> dict[str, Any]:
    """The session's process: answer a round's worth, wait for the next queue, and so on."""
    names = frozenset(vocabulary()[1])
    size = SETTINGS.update.round_size
    times: dict[str, list[float]] = {"rounds": [], "answers": [], "statuses": []}
    with Store(paths.db) as store:
        session = Session(paths, SETTINGS, store, annotator="oracle")
        first = wait(partial(is_laid_out, store, 0), "the first questions")
        # In the background, once: it would fall into one round or another.
        pretraining = wait(lambda: store.journal.latest(EventKind.PRETRAINED) is not None, "the pretraining")
        answered = iter(store.corpus.texts(range(1, rounds * size + 1)))
        for number in range(1, rounds + 1):
            for text in islice(answered, size):
                times["answers"].append(timed(partial(answer_one, session, text, names))[0])
                times["statuses"].append(timed(session.status)[0])
            times["rounds"].append(wait(partial(is_laid_out, store, number), f"the questions of round {number}"))
        session.close()
    return times | {"first": first, "pretraining": pretraining, "peak": peak()}


def answer_one(session: Session, text: Text, names: frozenset[str]) -> None:
    """Answer a question about the text, and read the one that is due."""
    words = [match.span() for match in re.finditer(r"\w+", text.text)]
    question = Question(id=uuid4().hex, text=text, tokens=tuple(words), prediction=())
    right = [Span(start, end, "NAME") for start, end in words if text.text[start:end] in names]
    session.answer(question, "accept", right, seconds=0.0, keys=0)
    assert session.next()


def is_laid_out(store: Store, number: int) -> bool:
    """Whether the queue of a round is in force."""
    return store.questions.queue_round() == number


def vocabulary() -> tuple[list[str], list[str]]:
    """Words by falling frequency, and names."""
    rng = Random(SEED)
    made = {"".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3)))): None for _ in range(3 * WORDS)}
    words = [word for word in made if len(word) > 1][: WORDS + NAMES]
    return words[NAMES:], words[:NAMES]


def generated(n: int) -> Iterator[str]:
    """Texts of 4 to 60 words; frequencies fall as in running text (Zipf), one word of a hundred is a name."""
    rng = Random(SEED)
    words, names = vocabulary()
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    for _ in range(n):
        length = min(60, max(4, int(rng.lognormvariate(2.8, 0.6))))
        text = rng.choices(words, cum_weights=weights, k=length)
        for i in range(length):
            if rng.random() < 0.01:
                text[i] = rng.choice(names)
        yield " ".join(text) + "."


def peak() -> int:
    """The most memory this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
