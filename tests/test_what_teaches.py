"""Every place that reads texts is known, each that reads them to learn is walked, and nothing held out is learned.

Whoever reads texts anew says below what for. If it is to learn from them, it asks `HeldOut.may_teach`, and a path below
walks there.
"""

from __future__ import annotations

import ast
import sys
import typing
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import spacy
import srsly

import loop
from loop.final import FinalTraining, Options
from loop.held_out import HeldOut
from loop.records import Answer, Span, Text
from loop.scoring.questions import question
from loop.settings import (
    PretrainSettings,
    ProjectPaths,
    ProjectSettings,
    QueueSettings,
    Settings,
    SuggestSettings,
    UpdateSettings,
)
from loop.simulate import Scenario, simulate
from loop.store import NewText, Store
from loop.store.corpus import Corpus
from loop.terms.pool_terms import PoolTerms
from loop.terms.project_terms import project_review
from loop.trainer import Trainer
from loop.trainer.cross_validation import learning_curve
from loop.trainer.rebuilding import rebuilding
from loop.trainer.weak_files import WeakFiles
from loop.trainer.weak_patterns import WeakPatterns

MERGE = ("loop.final.teacher", "sample_pool")
SOURCES = Path(loop.__file__).parent
READERS = {
    name
    for name, method in vars(Corpus).items()
    if not name.startswith("_") and typing.get_type_hints(method).get("return") == list[Text]
}

LEARNS = {
    ("loop.trainer.round_recipe", "texts"): "rounds, of whatever answers they are given",
    ("loop.trainer.pretraining", "sample"): "pretraining",
    ("loop.trainer.weak_patterns", "sample_pool"): "what patterns match, which is learned from weakly",
    ("loop.trainer.weak_files", "suggested"): "what files suggest, which is learned from weakly",
    ("loop.trainer.weak_pipeline", "sample_pool"): "what [suggest] says, which is learned from weakly",
    ("loop.trainer.weak_recipe", "texts"): "the same",
    ("loop.final.folder", "texts"): "the final training",
    MERGE: "--merge and --distill",
    ("loop.trainer.candidates", "sample_pool"): "what is asked about, which is learned next, and what [suggest] reads",
    ("loop.trainer.candidates", "unanswered"): "the same",
    ("loop.terms.project_terms", "sample"): "terms, which become patterns",
}
EVALUATES = {
    ("loop.progress.held_out_gold", "texts"): "the held-out answers themselves",
    ("loop.progress.project", "texts"): "near-duplicates across the line",
    ("loop.trainer.candidates", "texts"): "of which batches the held-out answers are",
    ("loop.trainer.cross_validation", "texts"): "the groups of the answers, which part the folds",
    ("loop.trainer.pool_predictions", "fixed_sample"): "how far the predictions of rounds differ",
    ("loop.progress.corpus_sample", "texts"): "which texts are of one group",
    ("loop.progress.project", "sample_pool"): "whether texts of a kind are left",
    ("loop.progress.questions_left", "fixed_sample"): "how long the texts left are",
    ("loop.trainer.rounds", "sample"): "how the base's labels are kept",
    ("loop.final.folder", "sample"): "the same, of the final model",
    ("loop.trainer.evaluation", "sample"): "where two rounds differ",
}
SHOWS = {
    ("loop.trainer.label_questions", "texts"): "texts of answers that train, asked about again",
    ("loop.intake.export", "texts"): "answers on their way out",
    ("loop.intake.import_plan", "texts"): "the groups of answers on their way in, to say how many will train",
    ("loop.cli.questions", "texts"): "earlier answers, to be looked at again",
    ("loop.cli.review", "texts"): "answers of several annotators, to be decided between",
    ("loop.progress.agreement", "texts"): "the groups of texts that several have answered, to compare the answers",
    ("loop.progress.novelty", "texts"): "the names in answers that train, to count those that are new",
    ("loop.trainer.reading_ahead", "sample_pool"): "what a frozen encoder reads, which learns nothing",
    ("loop.terms.pattern_report", "texts"): "answered texts that train, which may agree with patterns",
    ("loop.cli.annotate", "sample_pool"): "whether a filter leaves any text",
    ("loop.cli.erase", "texts"): "what is to be erased",
    ("loop.cli.erase", "matching"): "the same",
    ("loop.cli.erase", "containing"): "the same",
    ("loop.project.erasing", "containing"): "the same",
    ("loop.project.erasing", "texts"): "the same",
    ("loop.care.privacy", "sample"): "whether the models hold words of the texts",
}


def read_in(file: Path) -> Iterator[tuple[str, str]]:
    """Which readers of texts a module calls."""
    module = ".".join(("loop", *file.relative_to(SOURCES).with_suffix("").parts)).removesuffix(".__init__")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in READERS and ast.unparse(node.value).endswith("corpus"):
            yield module, node.attr


def test_it_is_known_what_every_reader_of_texts_reads_them_for():
    found = {each for file in SOURCES.rglob("*.py") for each in read_in(file)}

    read = {"texts", "sample", "sample_pool", "fixed_sample", "matching", "containing", "unanswered", "suggested"}
    assert read == READERS
    assert {*LEARNS, *EVALUATES, *SHOWS} == found


EVALUATING, TEACHES = "Zyxmeasures", "Zyxteaches"
# Enough for a learning curve of rounds of one.
ANSWERS = 16
SCORED_BY = {"a gold file": "gold.jsonl", "held-out answers": None}


@dataclass
class Project:
    """A project of texts that teach and held-out texts, each in one of the ways in which a text can."""

    paths: ProjectPaths
    settings: Settings
    store: Store

    @property
    def line(self) -> HeldOut:
        return HeldOut(share=self.settings.held_out_share, seed=self.settings.project.seed)

    def texts(self) -> list[NewText]:
        """Each says whether it is held out."""
        gold = [NewText(f"{EVALUATING} gold {n} with a hub") for n in range(10)]
        mates = [NewText(f"{EVALUATING} mate {n} with a hub", group="in gold") for n in range(5)]
        if self.settings.project.eval is None:
            gold = mates = []
        held_out = [NewText(f"{EVALUATING} once {n} with a hub", group="held out before") for n in range(5)]
        grouped = [self.sided(f"group {n} with a hub", f"g{n // 4}") for n in range(60)]
        alone = [self.sided(f"alone {n} with a hub", None) for n in range(40)]
        return [*gold, *mates, *held_out, *grouped, *filter(None, alone)]

    def sided(self, words: str, group: str | None) -> NewText | None:
        """A text that says on which side of the line it is; None where no word can say it."""
        for word, may_teach in ((EVALUATING, False), (TEACHES, True)):
            text = f"{word} {words}"
            if self.line.may_teach(Text(0, text, group=group)) == may_teach:
                return NewText(text, group=group, suggested=(Span(0, len(word), "PART"),))
        return None

    def fill(self) -> None:
        """Half of what teaches is answered; of the group that is held out one is, and one came in to teach."""
        self.store.corpus.add_batch(self.texts(), source="canaries")
        WeakPatterns(self.paths, self.settings, self.store).note(SimpleNamespace(nlp=spacy.blank("xx")))
        WeakFiles(self.paths, self.settings, self.store).note()
        every = self.store.corpus.texts(range(1, self.store.corpus.size() + 1))
        for text in [text for text in every if TEACHES in text.text][::2][:ANSWERS]:
            self.answer(text)
        first, second, *_ = (text for text in every if text.group == "held out before")
        self.answer(first, held_out=True)
        self.answer(second, mode="import")

    def answer(self, text: Text, **changes: Any) -> None:
        start, scheme = text.text.index("hub"), self.store.journal.scheme(["PART"])
        said = Answer(f"a{text.id}", text.id, "ann", "accept", (Span(start, start + 3, "PART"),), scheme=scheme)
        self.store.answers.add(replace(said, **changes))


def work(project: Project, settings: Settings) -> None:
    trainer = Trainer(project.paths, settings, project.store)
    while trainer.work() or trainer.pretrain():
        pass
    trainer.close()


def cross_validation(project: Project) -> None:
    of_one = replace(project.settings, update=UpdateSettings(round_size=1))
    learning_curve(project.paths, of_one, project.store)


def rounds(project: Project) -> None:
    work(project, replace(project.settings, pretrain=PretrainSettings(texts=0)))


def pretraining(project: Project) -> None:
    work(project, project.settings)


def rebuilt(project: Project) -> None:
    with rebuilding(project.paths, project.settings, project.store) as again:
        list(again.rounds(2))


def final(project: Project, *, merge: bool = False) -> None:
    training = FinalTraining(project.paths, project.settings, project.store)
    training.write(project.paths.models / "final", Options(merge=merge))


def merged(project: Project) -> None:
    rounds(project)
    final(project, merge=True)


def suggested(project: Project) -> None:
    """What another pipeline is asked about: what it reads to teach, a new queue, and whatever text somebody chooses."""
    settings = replace(project.settings, suggest=SuggestSettings("rules", 999, learn=999))
    project.store.questions.expire()
    trainer = Trainer(project.paths, settings, project.store)
    while trainer.ask_pipeline():
        pass
    trainer.ask()
    for text in project.store.corpus.sample_pool(1000, Random(0)):
        project.store.requests.ask_for(text.id, "ann")
        trainer.work()
    trainer.close()


def terms(project: Project) -> None:
    """What terms are proposed from, counted in and shown in."""
    review = project_review(project.paths, project.settings, project.store)

    assert review.problem("PART", [TEACHES]).startswith(f"“{TEACHES}” is no term: it is in ")
    assert review.problem("PART", [EVALUATING]).startswith(f"“{EVALUATING}” occurs in none of the ")


def simulation(project: Project) -> None:
    gold = {text.text: () for text in project.texts()}
    test = {text: spans for text, spans in gold.items() if EVALUATING in text}
    settings = replace(project.settings, project=replace(project.settings.project, eval=None))
    list(simulate(ProjectPaths(project.paths.root / "simulated"), settings, gold, test, Scenario(answers=4)))


@pytest.fixture(params=SCORED_BY, scope="module")
def settings(request) -> Settings:
    """Of a project whose scores come from there."""
    return Settings(
        project=ProjectSettings(labels=("PART",), eval=SCORED_BY[request.param]),
        queue=QueueSettings(size=200, held_out_share=0.4),
        update=UpdateSettings(round_size=ANSWERS // 2),
        pretrain=PretrainSettings(at_least=10),
    )


@pytest.fixture
def make(tmp_path: Path, settings: Settings) -> Iterator[Callable[[str], Project]]:
    """Makes a project from a base."""
    rows = [{"text": f"{EVALUATING} gold {n} with a hub", "spans": []} for n in range(10)]
    gold = [*rows, {"text": "of the same document", "_loop": {"group": "in gold"}, "spans": []}]
    with ExitStack() as stack:

        def made(base: str) -> Project:
            paths = ProjectPaths(tmp_path / "project")
            paths.root.mkdir()
            srsly.write_jsonl(paths.root / "gold.jsonl", gold)
            srsly.write_jsonl(paths.root / "patterns.jsonl", [{"label": "PART", "pattern": "hub"}])
            store = stack.enter_context(Store.create(paths.db))
            project = Project(paths, replace(settings, project=replace(settings.project, base=base)), store)
            project.fill()
            return project

        yield made


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that anything learns from, that others are asked about, or that an annotator is asked to teach."""
    seen: list[str] = []

    def update(_learner, new, answered, *_, weak=(), **__):
        seen.extend(one.reference.text for one in (*new, *answered, *weak))
        return []

    def pretrain(_nlp, texts, **_):
        seen.extend(text.text for text in texts)
        return iter(())

    class Asked:
        failed = False

        def __init__(self, *_, names):
            pass

        def __call__(self, texts):
            seen.extend(text.text for text in texts)
            return {}

    def question_of(one, *, stream, round, passage):
        seen.extend([one.text.text] if stream != "held_out" else [])
        return question(one, stream=stream, round=round, passage=passage)

    monkeypatch.setattr("loop.trainer.round_recipe.update", update)
    monkeypatch.setattr("loop.trainer.round_recipe.RoundRecipe._try", lambda *_: [])
    monkeypatch.setattr("loop.trainer.pretraining.pretrain", pretrain)
    monkeypatch.setattr("loop.trainer.suggest_pipeline.OtherPipeline", Asked)
    monkeypatch.setattr("loop.trainer.next_questions.question", question_of)

    def pool_of(texts, nlp, **options):
        seen.extend(text.text for text in texts)
        return PoolTerms(texts, nlp, **options)

    monkeypatch.setattr("loop.terms.project_terms.PoolTerms", pool_of)
    monkeypatch.setattr("loop.final.folder.write_docs", lambda docs, _: seen.extend(doc.text for doc in docs))
    monkeypatch.setattr("loop.final.folder.write_config", lambda *_: None)
    return seen


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Where texts are read."""
    places: set[tuple[str, str]] = set()

    def noted(name: str, method: Callable[..., list[Text]]) -> Callable[..., list[Text]]:
        def reader(*args, **options):
            caller = sys._getframe(1).f_globals["__name__"]
            places.update([(caller, name)] if caller.startswith("loop.") and caller != Corpus.__module__ else [])
            return method(*args, **options)

        return reader

    for name in READERS:
        monkeypatch.setattr(Corpus, name, noted(name, getattr(Corpus, name)))
    return places


@pytest.fixture(scope="module")
def base_with_ner(tmp_path_factory: pytest.TempPathFactory) -> str:
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner").add_label("ORG")
    nlp.initialize()
    nlp.to_disk(folder := tmp_path_factory.mktemp("base"))
    return str(folder)


def what_is_learned(project: Project, learned: list[str], *paths: Callable[[Project], None]) -> None:
    for path in paths:
        learned.clear()
        path(project)

        assert TEACHES in " ".join(learned), f"{path.__name__} learned nothing"
        assert [] == [text for text in learned if EVALUATING in text], path.__name__


def test_nothing_held_out_teaches_by_any_path(make, learned, walked):
    project = make("blank:xx")
    what_is_learned(project, learned, cross_validation, rounds, rebuilt, final)
    what_is_learned(project, learned, suggested, terms, pretraining, simulation)

    assert LEARNS.keys() - {MERGE} <= walked


def test_nothing_held_out_teaches_the_one_recognizer_of_two(make, learned, walked, base_with_ner):
    what_is_learned(make(base_with_ner), learned, merged)

    assert MERGE in walked
