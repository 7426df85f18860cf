"""How long an answer takes to be on disk: alone, and while others write to the same store.

The others replace a queue of 20,000 rows, add many texts, or are three more annotators and a trainer.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from uuid import uuid4

from _common import PATIENCE, options, percentiles, show, timed, wait, write_json

from loop.records import Answer, Question, Span
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.store import NewText, Store
from loop.store.sessions import at_work
from loop.trainer import Trainer

SEED = 0
QUEUE = 20_000
ADDED = 200_000
THINKING = 0.02  # seconds between two answers: quicker than anybody
COLLEAGUES = "ben", "cid", "dee"
PAUSE = 2.0  # seconds between two answers of each of several people
SETTINGS = Settings(project=ProjectSettings(base="blank:xx", labels=("PART",)))
LATTICE = 2000  # bytes, as of a text of 40 tokens


def main() -> None:
    """A row for each thing that another process does meanwhile."""
    parser = options(str(__doc__))
    parser.add_argument("--answers", type=int, default=2000, help="per row")
    parser.add_argument("--together", type=int, default=200, help=f"answers beside others, one every {PAUSE:g} s")
    arguments = parser.parse_args()
    n, queue, added = (300, 4000, 40_000) if arguments.quick else (arguments.answers, QUEUE, ADDED)
    together = 5 if arguments.quick else arguments.together
    with tempfile.TemporaryDirectory(prefix="loop-store-") as folder:
        paths = ProjectPaths(Path(folder))
        with Store.create(paths.db) as store:
            store.corpus.add_batch((NewText(text) for text in texts(Random(SEED), queue + 4 * n)), source="first")
            store.journal.scheme(["PART"])
        rows = []
        last = partial(work_together, paths)
        meanwhile = {
            "nothing": None,
            f"a queue of {queue:,} replaced": partial(replace_queue, paths, queue),
            f"{added:,} texts added": partial(add_texts, paths, added),
            "three more sessions and a trainer": last,
        }
        for number, (name, other) in enumerate(meanwhile.items()):
            first, (given, pause) = 1 + number * n, (together, PAUSE) if other is last else (n, THINKING)
            ms = answers(paths, range(first, first + min(n, given)), other, pause)
            rows.append({"meanwhile": name, **percentiles(ms)})
    for row in rows:
        row |= {f"{which} to alone": row[which] / rows[0][which] for which in ("p50", "p99", "max")}
    show("Milliseconds until an answer is on disk", rows)
    write_json(arguments.json, rows, seeds=[SEED], answers=n, queue=queue, added=added)


def answers(
    paths: ProjectPaths, ids: Sequence[int], other: Callable[[Event, Event], None] | None, pause: float
) -> list[float]:
    """Give an answer to each of these texts, with a pause of so many seconds before it; milliseconds."""
    with Store(paths.db) as store, beside(other):
        return [answered(store, text_id, pause) for text_id in ids]


def answered(store: Store, text_id: int, pause: float) -> float:
    """Milliseconds that the answer to a text takes."""
    time.sleep(pause)
    given = Answer(uuid4().hex, text_id, "ann", "accept", spans=(Span(0, 4, "PART"),), scheme=1)
    return 1000 * timed(lambda: store.answers.add(given))[0]


@contextmanager
def beside(other: Callable[[Event, Event], None] | None) -> Iterator[None]:
    """Another process at work meanwhile, again and again; it has begun when the block does.

    Raises:
        SystemExit: it has not, or ended with an error.
    """
    if other is None:
        yield
        return
    context = multiprocessing.get_context("spawn")
    begun, over = context.Event(), context.Event()
    process = context.Process(target=other, args=(begun, over))
    process.start()
    try:
        wait(begun.is_set, "what is done meanwhile", alive=process.is_alive)
        yield
    finally:
        over.set()
        process.join(PATIENCE)
        process.kill()
    if process.exitcode:
        raise SystemExit(f"what is done meanwhile ended with {process.exitcode}")


def replace_queue(paths: ProjectPaths, size: int, begun: Event, over: Event) -> None:
    """What a trainer does: put one queue after the other in force."""
    rng, number = Random(SEED), 0
    with Store(paths.db) as store:
        last = store.corpus.size()
        asked = store.corpus.texts(range(last - size + 1, last + 1))
        blob = rng.randbytes(LATTICE)
        while not over.is_set():
            number += 1
            questions = [
                Question(f"{number}-{text.id}", text, tuple((i, i + 4) for i in range(0, 200, 5)), (), lattice=blob)
                for text in asked
            ]
            begun.set()
            store.questions.publish(questions, round=number)


def add_texts(paths: ProjectPaths, n: int, begun: Event, over: Event) -> None:
    """What `loop add` does: bring a file of many texts in, and the next one."""
    rng = Random(SEED + 1)
    with Store(paths.db) as store:
        while not over.is_set():
            new = [NewText(text) for text in texts(rng, n)]
            begun.set()
            store.corpus.add_batch(new, source="more")


def work_together(paths: ProjectPaths, begun: Event, over: Event) -> None:
    """What a team does: an answer of each every two seconds, and one trainer that learns and asks."""
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=annotate, args=(paths, name, over)) for name in COLLEAGUES]
    processes = [*people, context.Process(target=train, args=(paths, over))]
    for process in processes:
        process.start()
    wait(lambda: len(at_work(paths)) == len(COLLEAGUES), "the sessions", alive=lambda: True)
    begun.set()
    over.wait()
    for process in processes:
        process.join(PATIENCE)


def annotate(paths: ProjectPaths, name: str, over: Event) -> None:
    """A session that answers and chooses, as one at a terminal does, once there are questions."""
    with Store(paths.db) as store:
        session = Session(paths, SETTINGS, store, annotator=name)
        while not over.wait(PAUSE):
            if question := session.next():
                session.answer(question, "accept", (), seconds=PAUSE, keys=1)
                session.upcoming(question)
        session.close()


def train(paths: ProjectPaths, over: Event) -> None:
    """The background work, as long as there is any."""
    with Store(paths.db) as store:
        trainer = Trainer(paths, SETTINGS, store)
        trainer.ask()
        while not over.is_set():
            if not trainer.work():
                time.sleep(0.2)
        trainer.close()


def texts(rng: Random, n: int) -> Iterator[str]:
    """Made-up texts of some 200 characters."""
    for _ in range(n):
        yield " ".join(f"{rng.choice(('chain', 'SRAM', 'axle'))}{rng.randrange(10_000)}" for _ in range(25))


if __name__ == "__main__":
    main()
