"""What correcting costs: the fewest keys from what is shown to gold, with and without the help of the lattice."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

from _common import options, show, write_json
from _data import base_of, labels_of, splits

from loop.checkpoints.checkpoints import Checkpoints
from loop.editing import Aids, keymap, page_of
from loop.records import Question, Text
from loop.scoring.questions import question, read_texts
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.simulate import Gold, Scenario, simulate
from loop.simulate.keystrokes import plan
from loop.suggest import suggester_of

SETS = ("food_ingredients", "ncbi_disease", "crossner_ai")
AT = (100, 300)
TEXTS = 150
SEED = 0
AIDS = {
    "none": Aids(analyses=False, candidates=False, redeciding=False),
    "analyses": Aids(analyses=True, candidates=False, redeciding=False),
    "candidates": Aids(analyses=False, candidates=True, redeciding=False),
    "re-deciding": Aids(analyses=False, candidates=False, redeciding=True),
    "all": Aids(),
}


def main() -> None:
    """Train on each set, then count keys on texts that were never asked about."""
    arguments = options(str(__doc__)).parse_args()
    sets, at, texts = (SETS[1:2], AT[:1], 30) if arguments.quick else (SETS, AT, TEXTS)
    with ProcessPoolExecutor(2) as pool:
        rows = [
            row for part in pool.map(measured, repeat(arguments.data), sets, repeat(at), repeat(texts)) for row in part
        ]
    show(f"Keys a text, the answering key included: {texts} texts never asked about", rows)
    write_json(arguments.json, rows, seeds=[SEED])


def measured(data: Path, name: str, at: Sequence[int], n: int) -> list[dict[str, Any]]:
    """The rows of one set."""
    pool, unseen = splits(data, name, "test" if name == "crossner_ai" else "dev")
    labels = labels_of(pool)
    chosen = Random(SEED).sample(sorted(unseen), min(n, len(unseen)))
    with tempfile.TemporaryDirectory() as folder:
        paths = ProjectPaths(Path(folder))
        settings = Settings(ProjectSettings(base=base_of(name), labels=labels, seed=SEED))
        for _ in simulate(paths, settings, pool, {chosen[0]: unseen[chosen[0]]}, Scenario(answers=at[-1])):
            pass
        return [row(name, answers, asked(paths, chosen, answers), unseen, labels) for answers in at]


def asked(paths: ProjectPaths, texts: Sequence[str], answers: int) -> list[Question]:
    """The questions that the checkpoint after so many answers makes of the texts."""
    number = answers // Settings().update.round_size
    checkpoints = Checkpoints(paths.models)
    temperature = checkpoints.info(number).temperature
    with checkpoints.load(number).published() as nlp:
        found = read_texts(nlp, [Text(i, text) for i, text in enumerate(texts)], temperature=temperature)
        return [question(one, stream="random", round=number) for one in found]


def row(name: str, answers: int, questions: Sequence[Question], gold: Gold, labels: Sequence[str]) -> dict[str, Any]:
    """One line of the table."""
    keys = {aid: keys_per_text(questions, gold, labels, aids) for aid, aids in AIDS.items()}
    pages = [(page_of(one, labels), gold[one.text.text]) for one in questions]
    right = sum(page.shown == page.snap(spans) for page, spans in pages) / len(pages)
    saved = 100 * (1 - keys["all"] / keys["none"])
    return {"set": name, "answers": answers, "shown right, %": 100 * right, **keys, "saved, %": saved}


def keys_per_text(questions: Sequence[Question], gold: Gold, labels: Sequence[str], aids: Aids) -> float:
    """The mean number of keys that a skilled person presses."""
    keys = keymap(labels)
    total = 0
    for one in questions:
        page = replace(page_of(one, labels, suggester=suggester_of(one)), aids=aids)
        total += len(plan(page, page.snap(gold[one.text.text]), keys))
    return total / len(questions)


if __name__ == "__main__":
    main()
