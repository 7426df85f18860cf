"""A whole session on real comments: a scripted person in a real terminal, the trainer at work behind it."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import spacy
from _common import options, show, wait, write_json
from _terminal import Person, run

from loop.editing import keymap, page_of
from loop.formats import read
from loop.patterns.matching import Patterns
from loop.settings import UpdateSettings
from loop.simulate.keystrokes import plan
from loop.store import RoundInfo
from loop.store.locks import is_held
from loop.suggest import suggester_of


def main() -> None:
    """Answer, quit, resume, answer more, export; the right answers are the matches of the pattern file."""
    arguments = options(str(__doc__)).parse_args()
    food = arguments.data / "food_ingredients"
    nlp = spacy.blank("en")
    patterns = Patterns(nlp, food / "patterns.jsonl", labels=["INGRED"])
    gold = {raw.text: tuple(patterns.matches(nlp(raw.text), nlp)) for raw in read(food / "raw.jsonl")}
    first, more = (8, 4) if arguments.quick else (25, 10)
    with tempfile.TemporaryDirectory() as folder:
        row = work(Path(folder) / "food", food, gold, first, more)
    show("One session on food_ingredients/raw.jsonl, blank:en", [row])
    write_json(arguments.json, [row], seeds=[0])


def work(folder: Path, food: Path, gold: dict[str, Any], first: int, more: int) -> dict[str, Any]:
    """One person's two sittings; a row of figures."""
    started = time.monotonic()
    files = [str((food / name).resolve()) for name in ("patterns.jsonl", "raw.jsonl")]
    run("init", "--labels", "INGRED", "--patterns", *files, folder=folder)
    imported = time.monotonic() - started
    with closing(Person(folder, gold, ["INGRED"])) as person:
        waited = [sit(person, n) for n in (first, more)]
        answers, rounds = person.store.answers.standing(), rounds_of(person)
    run("export", str(folder / "out.jsonl"), folder=folder)
    last = spacy.load(folder / "models" / "last")
    found = sum(len(doc.ents) for doc in last.pipe(list(gold)[:1000]))
    milliseconds = sorted(1000 * seconds for seconds in person.seconds)
    return {
        "texts": len(gold),
        "seconds of init": imported,
        "seconds to first question": max(waited),
        "answers": len(answers),
        "exported": len((folder / "out.jsonl").read_text().splitlines()),
        "keys per answer, median": statistics.median(answer.keys for answer in answers),
        "ms from answer to next question, median": statistics.median(milliseconds),
        "slowest ms": milliseconds[-1],
        "rounds": len(rounds),
        "seconds per round": statistics.mean(info.seconds for info in rounds) if rounds else 0.0,
        "ingredients found in 1,000 texts": found,
    }


def sit(person: Person, answers: int) -> float:
    """Sit down, answer, leave; how long the first question took."""
    person.sit_down()
    person.one_of_every_edit()
    person.answer_rightly()
    for _ in range(answers - 1):
        person.answer(" ".join(fewest_keys(person)))
    person.leave()
    return person.waited


def rounds_of(person: Person) -> list[RoundInfo]:
    """The rounds, when all that are due are done and the trainer has ended."""
    due = len(person.store.answers.training()) // UpdateSettings().round_size
    is_done = lambda: len(person.store.journal.rounds()) >= due and not is_held(person.paths.trainer_lock)  # noqa: E731
    wait(is_done, f"{due} rounds and the end of the trainer")
    return person.store.journal.rounds()


def fewest_keys(person: Person) -> tuple[str, ...]:
    """What a skilled person presses on the question that has just come up."""
    page = page_of(person.question, person.labels, suggester=suggester_of(person.question))
    return plan(page, page.snap(person.wanted), keymap(person.labels))


if __name__ == "__main__":
    main()
