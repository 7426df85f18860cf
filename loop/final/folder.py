"""The folder of a final training: complete by itself, so that it can be repeated without `loop`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import spacy

from loop.base import fresh_pipeline
from loop.base.base_reader import BaseReader
from loop.base.code import NAME as CODE_NAME
from loop.base.pipeline import recognizers_of_base
from loop.checkpoints.checkpoints import VERSIONS, Checkpoints
from loop.errors import LoopError
from loop.files import copy_file, make_private, new_folder
from loop.final.comparing import Comparison, agreement_on_the_rest, compared
from loop.final.config import DEV, TRAIN, Trained, write_config, write_own_config
from loop.final.data import Answered, References, parted, write_docs
from loop.final.start import write_merged_start, write_start
from loop.final.training import MODEL, command
from loop.learning.learner import Learner
from loop.progress import unlearned
from loop.progress.held_out_gold import gold_texts, held_out_now, reserved
from loop.project import code_files
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.pretrained import Pretrained
from loop.truth import of_texts

# Texts that nobody answered, on which two recognizers teach the one that takes their place.
READ_POOL = 2000
READ_PER_ANSWER = 3
# Texts on which the labels that nobody teaches are compared.
SAMPLE = 150

_README = """# Final training

Made by `loop train` from {train} texts to train on and {dev} to choose the best model by.
It needs spaCy and nothing else (here: {versions}); `loop` need not be installed. In this folder:

    python {command}

The best pipeline is then in `training/model-best`; where `loop train` has run it to its end, it stands in `{model}`.
The same command on the same machine gives the same weights.

| file | holds |
|---|---|
| `config.cfg` | all settings, made by spaCy's `init config` and `init fill-config` |
| `start/` | the pipeline that it starts from; only its component `{component}` learns |
| `train.spacy`, `dev.spacy` | the answers. They hold your texts: keep them private |
| `fresh_pipeline.py` | what is saved: the trained component in a fresh copy of `start/`, without a word of your texts |
| `project.yml` | the same command for `python -m spacy project run train` |
"""

_PROJECT = """title: Final training
commands:
  - name: train
    script:
      - "python {command}"
    deps: [config.cfg, train.spacy, dev.spacy, start]
    outputs: [training/model-best]
"""


@dataclass(frozen=True, slots=True)
class Options:
    """How the final model is trained.

    Attributes:
        merge: one recognizer in the place of ours and the base's.
        config: the user's own settings for spaCy, instead of ours. overrides: single ones, as `training.max_steps`.
        gpu_id: -1 for none.
    """

    merge: bool = False
    config: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    gpu_id: int = -1


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the folder: the component to train, and how many docs there are to train on and to choose by.

    Attributes:
        trained: None where the user's config decides.
    """

    trained: Trained | None
    train: int
    dev: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the final model is worth.

    Attributes:
        comparison: with the last round; None where no text measures.
        others: F1 in percent of its spans against the last round's, for the base's labels that nobody teaches.
    """

    comparison: Comparison | None
    others: float | None


class FinalTraining:
    """What a project's final training is made from.

    Raises:
        LoopError: no round was learned yet.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._checkpoints = Checkpoints(paths.models)
        self._last = self._checkpoints.in_force()
        if not self._last:
            waits = unlearned(store, settings).words or "Answer questions with `loop annotate` until it is done."
            raise LoopError("No round was learned yet, from which a final training could start.", hint=waits)

    @property
    def last(self) -> Path:
        """The pipeline of the last round."""
        return self._checkpoints.path(self._last)

    def compare(self, model: Path) -> Result:
        """What the final model finds beside what the last round does.

        Raises:
            InputError: the gold file of the project cannot be read.
        """
        labels, seed = self._settings.project.labels, self._settings.project.seed
        before, after = spacy.load(self.last), spacy.load(model)
        gold = gold_texts(self._store, self._settings, self._paths)
        sample = [text.text for text in self._store.corpus.sample(SAMPLE, Random(f"{seed}:kept"))]
        others = agreement_on_the_rest(before, after, sample, labels) if recognizers_of_base(before) else None
        return Result(compared(before, after, gold, labels), others)

    def write(self, folder: Path, options: Options) -> Written:
        """Write everything that spaCy's training needs into a folder, in the place of what is there.

        It is put in place when it is complete.

        Raises:
            LoopError: there are too few answers, or there is nothing to merge with.
            InputError: the config of the options cannot be used.
        """
        parts = parted(self._answered())
        with new_folder(folder) as new:
            return self._write(new, options, *parts)

    def _write(self, folder: Path, options: Options, train: Sequence[Answered], dev: Sequence[Answered]) -> Written:
        project, labels = self._settings.project, self._labels([*train, *dev])
        learner = self._start()
        if options.merge:
            trained = write_merged_start(folder, project.base, project.component, labels)
            references = References(learner.nlp, labels, base=learner.base, hidden=False)
            docs, tried = references.answered(train), references.answered(dev)
            docs += self._read(labels, beside=len(train))
        else:
            trained = write_start(folder, learner, self._checkpoints, labels)
            docs = References(learner.nlp, labels, base=learner.base).answered(train)
            tried = References(learner.nlp, labels).answered(dev)
        write_docs(docs, folder / TRAIN)
        write_docs(tried, folder / DEV)
        shutil.copyfile(fresh_pipeline.__file__, folder / "fresh_pipeline.py")
        if project.code:
            _copy_code(code_files(self._paths, project.code), folder)
        if options.config:
            write_own_config(folder, options.config, options.overrides)
        else:
            write_config(folder, trained, options.overrides)
        _explain(folder, trained, command(gpu_id=options.gpu_id), len(docs), len(tried))
        return Written(None if options.config else trained, len(docs), len(tried))

    def _answered(self) -> list[Answered]:
        """By text, so that the order does not depend on when they were given."""
        known = of_texts(self._store.answers.training(), self._store.journal.schemes())
        return [(text, known[text.id]) for text in self._store.corpus.texts(sorted(known))]

    def _labels(self, answered: Sequence[Answered]) -> list[str]:
        """Those in force of which there is a span: of the others a component could not learn what they are."""
        positive = {span.label for _, truth in answered for span in truth.spans}
        return [label for label in self._settings.project.labels if label in positive]

    def _start(self) -> Learner:
        pretrained = Pretrained(self._paths, self._store)
        since = pretrained.round()
        learner = pretrained.learner(since, self._checkpoints) if since is not None else None
        return learner or self._checkpoints.load(0)

    def _read(self, labels: Sequence[str], *, beside: int) -> list[Any]:
        """Texts that nobody answered, as the last round reads them: some for each answer, none that measures."""
        rng = Random(f"{self._settings.project.seed}:final")
        drawn = self._store.corpus.sample_pool(min(READ_POOL, READ_PER_ANSWER * beside), rng)
        gold = reserved(self._settings, self._paths)
        texts = held_out_now(self._store, self._settings, gold).teaching(drawn)
        nlp = spacy.load(self.last)
        references = References(nlp, labels, base=BaseReader(nlp), hidden=False)
        return references.read(texts, temperature=self._checkpoints.info(self._last).temperature)


def _copy_code(files: Sequence[Path], folder: Path) -> None:
    """The file that is run, and what it can import beside it."""
    run, *others = files
    copy_file(run, folder / f"{CODE_NAME}.py")
    for file in others:
        if file.is_relative_to(run.parent):
            make_private((folder / file.relative_to(run.parent)).parent)
            copy_file(file, folder / file.relative_to(run.parent))


def _explain(folder: Path, trained: Trained, command: Sequence[str], train: int, dev: int) -> None:
    words = {
        "train": train,
        "dev": dev,
        "versions": VERSIONS,
        "command": " ".join(command),
        "model": MODEL,
        "component": trained.component,
    }
    (folder / "README.md").write_text(_README.format(**words), encoding="utf-8")
    (folder / "project.yml").write_text(_PROJECT.format(**words), encoding="utf-8")
