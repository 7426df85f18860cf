"""The folder of a final training: self-contained, so that you can repeat the training without `loop`."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import spacy
from spacy.tokens import Doc

from loop.base import fresh_pipeline
from loop.base.code import NAME as CODE_NAME
from loop.base.pipeline import recognizers_of_base
from loop.checkpoints.checkpoint_info import VERSIONS
from loop.checkpoints.checkpoints import Checkpoints
from loop.encoder.component import ENCODER, REQUIREMENT
from loop.errors import LoopError
from loop.files import copy_file, make_private, new_folder
from loop.final.comparing import Comparison, agreement_on_the_rest, compared
from loop.final.config import DEV, START, TRAIN, Trained, write_config, write_own_config
from loop.final.data import Answered, References, parted, write_docs
from loop.final.distilled import Distilled, note_distilled
from loop.final.start import student, write_merged_start, write_start
from loop.final.teacher import Teacher
from loop.final.training import MODEL, command
from loop.learning.learner import Learner
from loop.progress import unlearned
from loop.progress.held_out_gold import gold_texts, held_out_now, reserved
from loop.project import code_files
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.pretrained import Pretrained
from loop.truth import of_texts

# Unanswered texts that a student learns from by default.
POOL_TEXTS = 3000
# Unanswered texts with which two recognizers train the one that replaces them.
READ_POOL = 2000
READ_PER_ANSWER = 3
# Texts to compare the base's untaught labels on.
SAMPLE = 150

_README = """# Final training

Made by `loop train` with {train} texts to train on and {dev} to select the best model by.{distilled}
It needs {needed} (here: {versions}). In this folder, run:

    python {command}

The best pipeline is then in `training/model-best`; after a complete `loop train` it is in `{model}`.
The same command on the same machine gives the same weights.

| file | contains |
|---|---|
| `config.cfg` | all settings, made by spaCy's `init config` and `init fill-config` |
| `start/` | the pipeline to start from; only its component `{component}` learns |
| `train.spacy`, `dev.spacy` | the answers{labelled}. They contain your texts: keep them private |
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
        distill: whether a plain network learns from the answers and from what the last round finds in unanswered texts.
        pool_texts: how many of these at most.
    """

    merge: bool = False
    config: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    gpu_id: int = -1
    distill: bool = False
    pool_texts: int = POOL_TEXTS


@dataclass(frozen=True, slots=True)
class Written:
    """The content of the folder: the component to train, and the numbers of train and dev docs.

    Attributes:
        trained: None if the user's own config decides.
        distilled: what a student learns from; None without `Options.distill`.
    """

    trained: Trained | None
    train: int
    dev: int
    distilled: Distilled | None = None


@dataclass(frozen=True, slots=True)
class _Data:
    """The component to train, and the docs of both parts."""

    trained: Trained
    train: list[Doc]
    dev: list[Doc]
    distilled: Distilled | None = None


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
        self._checkpoints = Checkpoints(paths.models, paths.features)
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

    @property
    def weights(self) -> str:
        """The hash of the last round's weights."""
        return self._checkpoints.info(self._last).weights

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
        if options.distill and options.merge:
            hint = "Drop one of them; a distilled model keeps the base's recognizer, too."
            raise LoopError("--distill and --merge cannot be combined.", hint=hint)
        parts = parted(self._answered())
        with new_folder(folder) as new:
            return self._write(new, options, *parts)

    def _write(self, folder: Path, options: Options, train: Sequence[Answered], dev: Sequence[Answered]) -> Written:
        if options.distill:
            data = self._distilled(folder, train, dev, options.pool_texts)
        else:
            data = (self._merged if options.merge else self._continued)(folder, train, dev)
        write_docs(data.train, folder / TRAIN)
        write_docs(data.dev, folder / DEV)
        shutil.copyfile(fresh_pipeline.__file__, folder / "fresh_pipeline.py")
        if code := self._settings.project.code:
            _copy_code(code_files(self._paths, code), folder)
        if options.config:
            write_own_config(folder, options.config, options.overrides)
        else:
            write_config(folder, data.trained, options.overrides)
        _explain(folder, data, command(gpu_id=options.gpu_id))
        trained = None if options.config else data.trained
        return Written(trained, len(data.train), len(data.dev), data.distilled)

    def _continued(self, folder: Path, train: Sequence[Answered], dev: Sequence[Answered]) -> _Data:
        """Our component, as round 0 has it, learns from the answers."""
        labels, learner = self._labels([*train, *dev]), self._start()
        trained = write_start(folder, learner, self._checkpoints, labels)
        docs = References(learner.nlp, labels, base=learner.base).answered(train)
        return _Data(trained, docs, References(learner.nlp, labels).answered(dev))

    def _merged(self, folder: Path, train: Sequence[Answered], dev: Sequence[Answered]) -> _Data:
        """The base's recognizer learns from the answers, and from what ours and itself find in unanswered texts."""
        project, labels, learner = self._settings.project, self._labels([*train, *dev]), self._start()
        trained = write_merged_start(folder, project.base, project.component, labels)
        references = References(learner.nlp, labels, base=learner.base, hidden=False)
        docs, tried = references.answered(train), references.answered(dev)
        teacher = self._teacher()
        texts = teacher.texts(min(READ_POOL, READ_PER_ANSWER * len(train)), train=train, dev=dev)
        docs += teacher.labelled(texts, labels, hidden=False)
        return _Data(trained, docs, tried)

    def _distilled(self, folder: Path, train: Sequence[Answered], dev: Sequence[Answered], n: int) -> _Data:
        """A plain network learns from the answers, and from what the last round finds in unanswered texts."""
        teacher, project = self._teacher(), self._settings.project
        texts = teacher.texts(n, train=train, dev=dev)
        if n and not texts:
            raise LoopError(
                "There are no unanswered texts left that the last round could label.",
                hint="Add some with `loop add`, or let the model learn from the answers alone: --pool-texts 0.",
            )
        read = teacher.labelled(texts, project.labels, hidden=True)
        labels = self._labels([*train, *dev], also={ent.label_ for doc in read for ent in doc.ents})
        with TemporaryDirectory(dir=folder) as temporary:
            learner, start = student(project, Path(temporary, "models"))
            trained = write_start(folder, learner, start, labels)
        made = Distilled(self._last, self.weights, len(train), len(read), len(dev))
        note_distilled(folder / START, made)
        docs = References(learner.nlp, labels, base=learner.base).answered(train)
        return _Data(trained, [*docs, *read], References(learner.nlp, labels).answered(dev), made)

    def _answered(self) -> list[Answered]:
        """The answers to train on, by text, so that the order does not depend on the time of answering."""
        known = of_texts(self._store.answers.training(), self._store.journal.schemes())
        return [(text, known[text.id]) for text in self._store.corpus.texts(sorted(known))]

    def _labels(self, answered: Sequence[Answered], *, also: Collection[str] = ()) -> list[str]:
        """The project's labels that have a span, there or in other texts; a component cannot learn the others."""
        positive = {span.label for _, truth in answered for span in truth.spans}.union(also)
        return [label for label in self._settings.project.labels if label in positive]

    def _start(self) -> Learner:
        pretrained = Pretrained(self._paths, self._store)
        since = pretrained.round()
        learner = pretrained.learner(since, self._checkpoints) if since is not None else None
        return learner or self._checkpoints.load(0)

    def _teacher(self) -> Teacher:
        gold = reserved(self._settings, self._paths)
        held_out = held_out_now(self._store, self._settings, gold)
        return Teacher(self._checkpoints, self._last, self._store, held_out, seed=self._settings.project.seed)


def _copy_code(files: Sequence[Path], folder: Path) -> None:
    """Copy the project's code file and the modules it can import from its folder."""
    run, *others = files
    copy_file(run, folder / f"{CODE_NAME}.py")
    for file in others:
        if file.is_relative_to(run.parent):
            make_private((folder / file.relative_to(run.parent)).parent)
            copy_file(file, folder / file.relative_to(run.parent))


def _explain(folder: Path, data: _Data, command: Sequence[str]) -> None:
    made, with_encoder = data.distilled, ENCODER in data.trained.annotating
    words = {
        "train": len(data.train),
        "dev": len(data.dev),
        "needed": f"spaCy and {REQUIREMENT}" if with_encoder else "only spaCy, not `loop`",
        "versions": VERSIONS,
        "command": " ".join(command),
        "model": MODEL,
        "component": data.trained.component,
        "distilled": f"\nIt distils round {made.round} of the project: it learns from {made.words}." if made else "",
        "labelled": f", and the texts labelled by round {made.round}" if made else "",
    }
    (folder / "README.md").write_text(_README.format(**words), encoding="utf-8")
    (folder / "project.yml").write_text(_PROJECT.format(**words), encoding="utf-8")
