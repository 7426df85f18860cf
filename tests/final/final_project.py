"""A small project with answers of all kinds, from which a final model can be trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from warnings import catch_warnings, simplefilter

from spacy.cli.train import train as spacy_train
from spacy.util import import_file
from trainer_kit import finish
from workshop import workshop_gold

from loop.final import TRAINING
from loop.final.data import SHARES
from loop.formats import part_of
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, Settings, UpdateSettings
from loop.store import NewText, Store

# Steps enough to tell that it runs; what it finds is spaCy's business.
SHORT = {"training.max_steps": 8, "training.eval_frequency": 4}
ANSWERS = 24
# Words that stand nowhere else: of a text to train on, of one that is held out, of one that nobody answered, and of
# one that nobody answered in a group whose answers select the best model.
TRAINED, HELD_OUT, UNANSWERED, SELECTING = "Zyxtrained", "Zyxheldout", "Zyxpool", "Zyxselecting"


@dataclass
class Made:
    """A project, and its store."""

    paths: ProjectPaths
    settings: Settings
    store: Store


@contextmanager
def make(
    folder: Path, base: str, labels: tuple[str, ...] = ("PART", "FAULT"), *, encoder: str | None = None
) -> Iterator[Made]:
    """A project whose trainer has done a round; the last answer but one is partial, the last is held out."""
    settings = Settings(
        project=ProjectSettings(base=base, labels=labels, encoder=encoder),
        update=UpdateSettings(round_size=20, steps=4),
    )
    paths = ProjectPaths(folder / "project")
    with Store.create(paths.db) as store:
        made = Made(paths, settings, store)
        fill(made)
        finish(paths, settings, store)
        yield made


def fill(made: Made) -> None:
    gold = workshop_gold(ANSWERS + 6)
    corpus, answers = made.store.corpus, made.store.answers
    texts = [NewText(text, group=f"group {i // 2}") for i, text in enumerate(gold)]
    corpus.add_batch([*texts, NewText(f"{UNANSWERED} and its wheel")], source="gold")
    scheme = made.store.journal.scheme(made.settings.project.labels)
    for number, text in enumerate(corpus.texts(range(1, ANSWERS + 1))):
        answers.add(Answer(f"a{number:02}", text.id, "ann", "accept", spans=gold[text.text], scheme=scheme))
    corpus.add_batch([NewText(f"the {TRAINED} is worn and the chain makes noise")], source="canary")
    corpus.add_batch([NewText(f"the {HELD_OUT} is worn and the chain makes noise")], source="canary")
    trained, held_out = corpus.texts([ANSWERS + 8, ANSWERS + 9])
    part = (Span(4, 4 + len(TRAINED), "PART"),)
    answers.add(Answer("partial", trained.id, "ann", "accept", part, complete=False, scheme=scheme))
    answers.add(Answer("out", held_out.id, "ann", "accept", part, held_out=True, scheme=scheme))
    dev = next(text.group for text in corpus.texts(range(1, ANSWERS + 1)) if part_of(text, SHARES) == "dev")
    corpus.add_batch([NewText(f"{SELECTING} and its wheel", group=dev)], source="canary")


def train_here(folder: Path) -> None:
    """Do what `train` does, but in this process, which has imported already what takes another one seconds."""
    with chdir(folder), catch_warnings():
        simplefilter("ignore")
        import_file("fresh_pipeline", folder / "fresh_pipeline.py")
        spacy_train("config.cfg", TRAINING)


def holding(folder: Path, word: str) -> list[str]:
    """The files in a folder that hold a word."""
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
