"""The folder of a final training: self-contained, so that you can repeat the training without `loop`."""

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

# Unanswered texts with which two recognizers train the one that replaces them.
READ_POOL = 2000
READ_PER_ANSWER = 3
# Texts to compare the base's untaught labels on.
SAMPLE = 150

_README = """# Final training

Made by `loop train` with {train} texts to train on and {dev} to select the best model by.
It needs only spaCy (here: {versions}), not `loop`. In this folder, run:

    python {command}

The best pipeline is then in `training/model-best`; after a complete `loop train` it is in `{model}`.
The same command on the same machine gives the same weights.

| file | contains |
|---|---|
| `config.cfg` | all settings, made by spaCy's `init config` and `init fill-config` |
| `start/` | the pipeline to start from; only its component `{component}` learns |
| `train.spacy`, `dev.spacy` | the answers. They contain your texts: keep them private |
| `fresh_pipeline.py` | saves the trained component in a fresh copy of `start/`, without words of your texts |
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
    """Options of the final training.

    Attributes:
        merge: whether to train one recognizer in place of ours and the base's.
        config: the user's own spaCy config instead of ours. overrides: of single settings, by dotted names.
        gpu_id: -1 for no GPU.
    """

    merge: bool = False
    config: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    gpu_id: int = -1


@dataclass(frozen=True, slots=True)
class Written:
    """The content of the folder: the component to train, and the numbers of train and dev docs.

    Attributes:
        trained: None if the user's own config decides.
    """

    trained: Trained | None
    train: int
    dev: int


@dataclass(frozen=True, slots=True)
class Result:
    """The evaluation of the final model.

    Attributes:
        comparison: with the last round; None without held-out texts.
        others: F1 (percent) between its spans and the last round's, for the base's untaught labels.
    """

    comparison: Comparison | None
    others: float | None


class FinalTraining:
    """Prepares a project's final training.

    Raises:
        LoopError: there is no round yet.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._checkpoints = Checkpoints(paths.models)
        self._last = self._checkpoints.in_force()
        if not self._last:
            waits = "Answer questions with `loop annotate`."
            if unlearned(store, settings).answers:
                waits = "`loop trainer --with-session` learns the answers, and ends."
            raise LoopError("There is no round yet from which a final training could start.", hint=waits)

    @property
    def last(self) -> Path:
        """The pipeline of the last round."""
        return self._checkpoints.path(self._last)

    def compare(self, model: Path) -> Result:
        """Compare the final model with the last round.

        Raises:
            InputError: the project's gold file cannot be read.
        """
        labels, seed = self._settings.project.labels, self._settings.project.seed
        before, after = spacy.load(self.last), spacy.load(model)
        gold = gold_texts(self._store, self._settings, self._paths)
        sample = [text.text for text in self._store.corpus.sample(SAMPLE, Random(f"{seed}:kept"))]
        others = agreement_on_the_rest(before, after, sample, labels) if recognizers_of_base(before) else None
        return Result(compared(before, after, gold, labels), others)

    def write(self, folder: Path, options: Options) -> Written:
        """Write a folder with everything that spaCy's training needs.

        An existing folder is replaced when the new one is complete.

        Raises:
            LoopError: there are too few answers, or there is nothing to merge with.
            InputError: the user's config is invalid.
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
            docs += self._read(labels, answers=len(train))
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
        """The answers to train on, by text, so that the order does not depend on the time of answering."""
        known = of_texts(self._store.answers.training(), self._store.journal.schemes())
        return [(text, known[text.id]) for text in self._store.corpus.texts(sorted(known))]

    def _labels(self, answered: Sequence[Answered]) -> list[str]:
        """The project's labels that have a span; a component cannot learn the others."""
        positive = {span.label for _, truth in answered for span in truth.spans}
        return [label for label in self._settings.project.labels if label in positive]

    def _start(self) -> Learner:
        pretrained = Pretrained(self._paths, self._store)
        since = pretrained.round()
        learner = pretrained.learner(since, self._checkpoints) if since is not None else None
        return learner or self._checkpoints.load(0)

    def _read(self, labels: Sequence[str], *, answers: int) -> list[Any]:
        """The last round's predictions for unanswered texts: some per answer, none held out."""
        rng = Random(f"{self._settings.project.seed}:final")
        drawn = self._store.corpus.sample_pool(min(READ_POOL, READ_PER_ANSWER * answers), rng)
        gold = reserved(self._settings, self._paths)
        texts = held_out_now(self._store, self._settings, gold).teaching(drawn)
        nlp = spacy.load(self.last)
        references = References(nlp, labels, base=BaseReader(nlp), hidden=False)
        return references.read(texts, temperature=self._checkpoints.info(self._last).temperature)


def _copy_code(files: Sequence[Path], folder: Path) -> None:
    """Copy the project's code file and the modules it can import from its folder."""
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
