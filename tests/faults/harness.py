"""Processes die at seeded points, files are cut short; then what was acknowledged is compared with what is there.

    python tests/faults/harness.py --points 500 --seed 1

runs as many points as wanted and prints what happened as JSON. Points come in chains of `CHAIN` on one project; a chain
ends with a trainer that is left in peace, and its weights must be those of a project that was never disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from roles import SETTINGS, answer, folder_of, forked, log_of, make_project, plain, reading, train
from triggers import Trigger, drawn

from loop.care.doctor import examine
from loop.checkpoints.checkpoints import Checkpoints
from loop.settings import ProjectPaths, template
from loop.store import Store
from loop.store.copying import copy_store
from loop.trainer import Trainer

CHAIN = 10
ANSWERS = 12  # a session tries to give


@dataclass
class Outcome:
    """What happened.

    Attributes:
        points: at which something was to go wrong. faults: that did, by kind; a process may be done before its point.
        acknowledged: answers and drafts. lost: of them; and other things that should not be, in words.
    """

    points: int = 0
    acknowledged: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


def main() -> None:
    """Run as many points as asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=CHAIN)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="loop-faults-") as folder:
        fresh = folder_of(Path(folder), "fresh")
        os.waitpid(forked(lambda: make_project(fresh)), 0)
        fresh.cfg.write_text(template(SETTINGS))
        fresh.cfg.chmod(0o600)
        for chain in range(-(-arguments.points // CHAIN)):
            paths = folder_of(Path(folder), f"chain-{chain}")
            shutil.copytree(fresh.root, paths.root, symlinks=True)
            points = min(CHAIN, arguments.points - outcome.points)
            run_chain(paths, points, Random(f"{arguments.seed}:{chain}"), outcome)
            shutil.rmtree(paths.root)
            print(json.dumps(vars(outcome)), file=sys.stderr, flush=True)
    print(json.dumps(vars(outcome)))


def run_chain(paths: ProjectPaths, points: int, rng: Random, outcome: Outcome) -> None:
    """Disturb one project again and again, then leave it in peace."""
    said: list[dict[str, object]] = []
    for _ in range(points):
        outcome.points += 1
        new = disturb(paths, rng, outcome)
        said += new
        outcome.acknowledged += len(new)
        cut(paths, rng, said, outcome)
        outcome.lost += [f"point {outcome.points}: {what}" for what in missing(paths, said)]
    outcome.lost += [f"chain to point {outcome.points}: {what}" for what in in_peace(paths)]


def disturb(paths: ProjectPaths, rng: Random, outcome: Outcome) -> list[dict[str, object]]:
    """Let a session, a trainer or both run into a point; returns what the session said was acknowledged."""
    who = rng.choice(("session", "session", "trainer", "both"))
    seed, log = rng.randrange(2**32), int(str(log_of(paths)["log"]))
    ends: dict[int, tuple[str, Trigger]] = {}
    said, pipe = os.pipe()
    for role in ("session", "trainer") if who == "both" else (who,):
        trigger = drawn(rng, trains=role == "trainer", log=log)

        def work(role: str = role, trigger: Trigger = trigger) -> None:
            trigger.arm()
            if role == "trainer":
                train(paths, beside=who == "both")
            else:
                answer(paths, seed, ANSWERS, lambda one: write(pipe, one))

        ends[forked(work)] = role, trigger
    os.close(pipe)
    found = reading(said)
    for child, (role, trigger) in ends.items():
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code in (-signal.SIGKILL, -signal.SIGXFSZ):
            outcome.faults[f"{role} killed by {trigger.kind}"] += 1
        elif code:
            outcome.faults[f"{role} refused, {trigger.kind}"] += 1
            if trigger.kind != "full" or code != 3:
                outcome.lost.append(f"point {outcome.points}: the {role} ended with {code} at {trigger}")
    return found


def write(pipe: int, said: dict[str, object]) -> None:
    """Say it in one piece."""
    os.write(pipe, json.dumps(said).encode() + b"\n")


def cut(paths: ProjectPaths, rng: Random, said: list[dict[str, object]], outcome: Outcome) -> None:
    """Sometimes cut the log's end, what was being written, or a finished checkpoint short, as a loss of power may."""
    which = rng.choice(("nothing", "log", "aside", "checkpoint"))
    if which == "log" and said:
        log, then, now = paths.db.with_name("loop.db-wal"), said[-1], log_of(paths)
        if then["which"] == now["which"] and int(str(now["log"])) > int(str(then["log"])):
            os.truncate(log, rng.randrange(int(str(then["log"])), int(str(now["log"]))))
            outcome.faults["log cut short"] += 1
    pattern = {"aside": ".*/**/*", "checkpoint": "round-*/**/*"}.get(which)
    files = [path for path in sorted(paths.models.glob(pattern)) if path.is_file()] if pattern else []
    if files:
        file = rng.choice(files)
        os.truncate(file, rng.randrange(max(1, file.stat().st_size)))
        outcome.faults[f"{which} cut short"] += 1


def missing(paths: ProjectPaths, said: list[dict[str, object]]) -> list[str]:
    """Of what was acknowledged, what is not there as it was; and whether the store is sound."""
    with Store(paths.db) as store:
        there = {answer.id: plain(answer) for answer in store.answers.all()}
        standing = {answer.text_id for answer in store.answers.standing()}
        lost = [f"answer {one['id']}" for each in said if (one := each.get("answer")) and there.get(one["id"]) != one]
        answered = {one["text_id"]: n for n, each in enumerate(said) if (one := each.get("answer"))}
        lost += [f"text {text_id} has no answer" for text_id in answered if text_id not in standing]
        begun = {each["text_id"]: (n, each) for n, each in enumerate(said) if "draft" in each}
        last = {text_id: each for text_id, (n, each) in begun.items() if n > answered.get(text_id, -1)}
        # An answer that was on disk before its process could acknowledge it has ended its draft, too.
        known = {one["id"] for each in said if (one := each.get("answer"))}
        ended = {one["text_id"] for id_, one in there.items() if id_ not in known}
        questions = store.questions.get(each["question"] for each in last.values())
        for text_id, begun_last in last.items():
            # A later draft may be there that was not acknowledged either; an earlier one, or none, is a loss.
            older = {each["draft"] for each in said if "draft" in each and each["text_id"] == text_id}
            older.discard(begun_last["draft"])
            question = questions.get(begun_last["question"])
            kept = store.drafts.of(question, "ann") if question else None
            if text_id not in ended and kept in {None, *older}:
                lost.append(f"draft of text {text_id}")
        lost += [problem.what for problem in store.problems()]
    with closing(sqlite3.connect(paths.db)) as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
    return lost + ([] if sound == "ok" else [sound])


def in_peace(paths: ProjectPaths) -> list[str]:
    """What is wrong when the trainer has been left alone: with the project, or with its weights."""
    other = ProjectPaths(paths.root.with_name(f"{paths.root.name}-undisturbed"))
    other.data.mkdir(parents=True, mode=0o700)
    copy_store(paths.db, other.db)
    kept = [peaceful(each) for each in (paths, other)]
    wrong = [finding.what for finding in examine(paths) if "damaged-" not in finding.what]
    shutil.rmtree(other.root)
    rounds = kept[0].keys() & kept[1].keys()
    if not rounds or any(kept[0][number] != kept[1][number] for number in rounds):
        wrong.append(f"the weights of {sorted(rounds)} are not those of an undisturbed project")
    return wrong


def peaceful(paths: ProjectPaths) -> dict[int, str]:
    """The hash of the weights of each kept round, when nothing is due any more."""
    with Store(paths.db) as store:
        if not paths.models.exists():
            store.journal.forget_rounds_after(-1)
        trainer = Trainer(paths, SETTINGS, store)
        while trainer.work():
            pass
        trainer.close()
    checkpoints = Checkpoints(paths.models)
    return {number: checkpoints.info(number).weights for number in checkpoints.rounds()}


if __name__ == "__main__":
    main()
