"""A successor: what `spacy train` with its own defaults makes of texts that were chosen for another model."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from random import Random

import spacy
from _data import labels_of
from _docs import gold_doc, scores
from spacy.cli.init_config import init_config
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train

from loop.simulate import Gold

HELD_BACK = 10  # every tenth text picks the best step
STEPS, EVERY, PATIENCE = 2000, 100, 500


def successor(base: str, texts: Gold, test: Gold, *, seed: int) -> list[float]:
    """A point of a curve: the scores of a model trained from scratch on all of `texts`, with their number."""
    order = Random(seed).sample(sorted(texts), len(texts))
    held_back = order[::HELD_BACK]
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder) / "train.spacy", Path(folder) / "dev.spacy"
        lang = base.removeprefix("blank:")
        _write(parts[0], lang, {text: texts[text] for text in order if text not in set(held_back)})
        _write(parts[1], lang, {text: texts[text] for text in held_back})
        nlp = _trained(lang, *parts, seed=seed)
    return [len(texts), 0, 0, 0.0, *scores(nlp, test, labels_of(test))]


def whole_pool(base: str, pool: Gold, test: Gold, *, seed: int) -> list[float]:
    """The same for all texts there are: the score to compare shares of the data with."""
    return successor(base, pool, test, seed=seed)


def _trained(lang: str, train_path: Path, dev_path: Path, *, seed: int) -> spacy.language.Language:
    config = init_config(lang=lang, pipeline=["ner"], optimize="efficiency")
    config["paths"] |= {"train": str(train_path), "dev": str(dev_path)}
    config["training"] |= {"seed": seed, "max_steps": STEPS, "eval_frequency": EVERY, "patience": PATIENCE}
    config["training"]["logger"] = {"@loggers": "spacy.ConsoleLogger.v1", "progress_bar": False}
    folder = train_path.parent / "model"
    folder.mkdir()
    train(init_nlp(config), folder, stdout=io.StringIO(), stderr=io.StringIO())
    return spacy.load(folder / "model-best")


def _write(path: Path, lang: str, texts: Gold) -> None:
    nlp = spacy.blank(lang)
    bin_ = DocBin()
    for text, spans in texts.items():
        bin_.add(gold_doc(nlp, text, spans))
    bin_.to_disk(path)
