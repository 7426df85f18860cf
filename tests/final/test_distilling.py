from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy
from encoder_kit import write_encoder
from final_project import HELD_OUT, SELECTING, SHORT, UNANSWERED, Made, holding, make, train_here
from spacy.tokens import DocBin
from tiny_base import save_tiny_base
from without_loop import environment_without_loop

from loop.base.base_reader import BaseReader
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.final import About, FinalTraining, Options, build, publish
from loop.final.data import SURE, UNLIKELY, References
from loop.final.distilled import Distilled, distilled
from loop.final.teacher import Teacher
from loop.held_out import HeldOut, Teaching
from loop.records import Text
from loop.scoring.reader import own_lattices
from loop.truth import Truth

DISTIL = Options(distill=True, overrides=SHORT)


@pytest.fixture(scope="session")
def folder(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a distillation that has run to its end."""
    folder = tmp_path_factory.mktemp("distilling") / "distilled"
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, DISTIL)
    train_here(folder)
    publish(folder, written.trained.component if written.trained else None)
    return folder


@pytest.fixture(scope="session")
def usual(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a final training of the same project that distils nothing."""
    folder = tmp_path_factory.mktemp("usual") / "final"
    FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=SHORT))
    return folder


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project that learns with an encoder, after a round."""
    folder = tmp_path_factory.mktemp("encoded")
    with make(folder, "blank:xx", encoder=str(write_encoder(folder / "encoder"))) as made:
        yield made


@pytest.fixture
def teacher(made: Made) -> Teacher:
    return teacher_of(made, HeldOut())


def teacher_of(made: Made, held_out: HeldOut) -> Teacher:
    return Teacher(Checkpoints(made.paths.models), 1, made.store, held_out, seed=0)


def docs(folder: Path, name: str) -> list[spacy.tokens.Doc]:
    return list(DocBin().from_disk(folder / f"{name}.spacy").get_docs(spacy.blank("xx").vocab))


def texts(folder: Path, name: str) -> list[str]:
    return [doc.text for doc in docs(folder, name)]


@pytest.mark.integration
def test_a_student_learns_from_the_answers_and_from_texts_that_its_teacher_labelled(folder: Path, usual: Path):
    answered, learned = texts(usual, "train"), texts(folder, "train")

    assert answered == learned[: len(answered)]
    assert 1 == sum(UNANSWERED in text for text in learned[len(answered) :])
    assert not {*learned[len(answered) :]} & {*answered, *texts(usual, "dev")}


@pytest.mark.integration
def test_only_answers_select_the_best_student(folder: Path, usual: Path):
    assert (usual / "dev.spacy").read_bytes() == (folder / "dev.spacy").read_bytes()


@pytest.mark.integration
def test_a_student_reads_nothing_that_is_held_out_or_of_a_group_that_selects(folder: Path):
    for word in (HELD_OUT, SELECTING):
        assert not any(word in text for name in ("train", "dev") for text in texts(folder, name))


@pytest.mark.integration
def test_a_student_starts_as_round_0_does_without_an_encoder(folder: Path, usual: Path):
    for file in (file.relative_to(usual) for file in (usual / "start").rglob("*") if file.name != "meta.json"):
        assert (usual / file).is_dir() or (usual / file).read_bytes() == (folder / file).read_bytes()
    assert {"meta.json", "config.cfg", "ner_loop", "vocab", "tokenizer"} == {
        path.name for path in (folder / "start").iterdir()
    }


@pytest.mark.integration
def test_a_model_distilled_of_one_with_an_encoder_is_read_by_spacy_alone(encoded: Made, tmp_path: Path):
    FinalTraining(encoded.paths, encoded.settings, encoded.store).write(tmp_path / "distilled", DISTIL)
    train_here(tmp_path / "distilled")
    model = publish(tmp_path / "distilled", "ner_loop")
    code = f"import sys, spacy; nlp = spacy.load({str(model)!r}); nlp('the chain'); "
    code += "print(nlp.pipe_names, nlp.pipe_labels, {'loop', 'onnxruntime', 'tokenizers'}.intersection(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env=environment_without_loop(tmp_path / "packages"),
        cwd=tmp_path,  # not where loop is
        check=True,
        capture_output=True,
        text=True,
    )

    assert ["loop_encoder", "ner_loop"] == Checkpoints(encoded.paths.models).published(1).pipe_names
    assert "['ner_loop'] {'ner_loop': ['PART']} set()" == ran.stdout.strip()
    assert not json.loads((model / "meta.json").read_text()).get("requirements")
    assert not (model / "loop_encoder").exists()
    assert [] == holding(model, "encoder")


def test_a_student_of_a_model_with_an_encoder_starts_and_reads_as_one_without(
    encoded: Made, folder: Path, tmp_path: Path
):
    FinalTraining(encoded.paths, encoded.settings, encoded.store).write(tmp_path / "distilled", DISTIL)

    for name in ("start/ner_loop/model", "start/config.cfg", "config.cfg", "dev.spacy"):
        assert (folder / name).read_bytes() == (tmp_path / "distilled" / name).read_bytes()
    assert texts(folder, "train") == texts(tmp_path / "distilled", "train")
    assert all(not doc.tensor.size for doc in docs(tmp_path / "distilled", "train"))


@pytest.mark.integration
def test_the_meta_says_what_a_model_was_distilled_from(made: Made, folder: Path, usual: Path):
    answered, selecting = len(texts(usual, "train")), len(texts(usual, "dev"))
    labelled = len(texts(folder, "train")) - answered
    weights = Checkpoints(made.paths.models).info(1).weights

    assert Distilled(1, weights, answered, labelled, selecting) == distilled(folder / "model")
    assert distilled(folder / "start") == distilled(folder / "model")
    assert distilled(usual / "start") is None
    assert ["ner_loop"] == list(spacy.load(folder / "model").meta["loop"]["temperatures"])


@pytest.mark.integration
def test_the_readme_of_the_training_says_what_it_distils(folder: Path, usual: Path):
    made = distilled(folder / "model")

    assert made
    assert f"{made.train} answered texts and {made.labelled} texts labelled by round 1" in readme(folder)
    assert "the answers, and the texts labelled by round 1. They contain your texts" in readme(folder)
    assert "round 1" not in readme(usual)


def readme(folder: Path) -> str:
    return (folder / "README.md").read_text()


@pytest.mark.integration
def test_no_word_of_a_text_that_the_teacher_read_is_in_the_model(folder: Path):
    assert [] == holding(folder / "model", UNANSWERED)


@pytest.mark.integration
def test_a_wheel_says_that_its_model_is_distilled(folder: Path, tmp_path: Path):
    made = distilled(folder / "model")
    about = About("workshop", "0.1.0", labels=("PART",), answers=20, spans={"PART": 18}, distilled=made)
    with zipfile.ZipFile(build(folder / "model", tmp_path / "new", about)) as archive:
        meta = json.loads(archive.read("xx_workshop/meta.json"))
        (words,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("README.md"))

    assert made
    assert made == Distilled(**meta["loop"]["distilled"])
    assert f"Finds PART; trained on {made.words}." == meta["description"]
    assert f"Distilled from round 1: trained on {made.words}" in words
    assert f"Another {made.dev} answered texts selected the best model" in words
    assert "The answers contain 18 PART" in words


@pytest.mark.integration
def test_a_config_of_the_users_own_learns_from_the_teacher_too(made: Made, tmp_path: Path):
    from test_training import _OWN

    own, folder = tmp_path / "own.cfg", tmp_path / "distilled"
    own.write_text(_OWN)
    options = Options(config=own, overrides=SHORT, distill=True)
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, options)
    train_here(folder)

    assert written.distilled
    assert written.distilled == distilled(publish(folder, None))
    assert any(UNANSWERED in text for text in texts(folder, "train"))


@pytest.mark.integration
def test_a_student_beside_a_base_has_the_bases_other_components(made_on_a_base: Made, tmp_path: Path):
    made, folder = made_on_a_base, tmp_path / "distilled"
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, DISTIL)
    train_here(folder)
    nlp = spacy.load(publish(folder, "ner_loop"))

    assert written.distilled
    assert written.distilled.labelled
    assert ["ner_loop", *spacy.load(made.settings.project.base).pipe_names] == nlp.pipe_names
    assert ["PART"] == nlp.pipe_labels["ner_loop"]
    assert "ORG" in nlp.pipe_labels["ner"]


def test_entities_of_the_base_are_told_from_those_of_labels_that_are_taken_over(tmp_path: Path):
    base = save_tiny_base(tmp_path / "base")
    with make(tmp_path, base, labels=("PART", "GPE")) as made:
        nlp = Checkpoints(made.paths.models).published(1)
    references = References(nlp, ("PART", "GPE"), base=BaseReader(nlp))
    (doc,) = references.read([Teaching(Text(1, "Apple is looking at London."))], temperature=1.0)

    assert [("Apple", "base:ORG"), ("London", "GPE")] == [(ent.text, ent.label_) for ent in doc.ents]


def test_no_more_texts_are_labelled_than_asked_for(teacher: Teacher, made: Made, tmp_path: Path):
    options = Options(distill=True, pool_texts=3, overrides=SHORT)
    written = FinalTraining(made.paths, made.settings, made.store).write(tmp_path / "distilled", options)

    assert written.distilled
    assert 3 == written.distilled.labelled
    assert [0, 1, 5] == [len(teacher.texts(n)) for n in (0, 1, 5)]


def test_texts_that_are_held_out_are_replaced_by_others(made: Made):
    pool = teacher_of(made, HeldOut()).texts(100)
    half = HeldOut(ids=frozenset(text.id for text in pool[::2]))

    assert {text.id for text in pool[1::2]} == {text.id for text in teacher_of(made, half).texts(100)}
    assert len(pool) // 2 == len(teacher_of(made, half).texts(len(pool) // 2))


def test_the_groups_that_select_are_left_out(teacher: Teacher):
    every = teacher.texts(100)
    ungrouped = [(text, Truth()) for text in every if text.group is None][:1]
    selecting = [(text, Truth()) for text in every if text.group == "group 12"][:1]
    some = teacher.texts(100, dev=selecting + ungrouped)
    gone = [text for text in every if text not in some]

    assert {"group 12", None} == {text.group for text in gone}
    assert 3 == len(gone)


def test_a_text_that_is_answered_in_part_is_left_to_its_answer(teacher: Teacher):
    one, *others = teacher.texts(100)

    assert {text.id for text in others} == {text.id for text in teacher.texts(100, train=[(one, Truth())])}


def test_tokens_of_which_the_teacher_is_unsure_are_missing(teacher: Teacher, made: Made):
    nlp = Checkpoints(made.paths.models).published(1)
    missing = 0
    for doc in References(nlp, ["PART"]).read(teacher.texts(100), temperature=1.0):
        (lattice,) = own_lattices(nlp, [nlp.make_doc(doc.text)])
        sure = [span for span, p in lattice.spans(UNLIKELY) if p >= SURE]
        unsure = {i for span, p in lattice.spans(UNLIKELY) if p < SURE for i in range(span.start, span.end)}
        unsure -= {i for span in sure for i in range(span.start, span.end)}
        missing += len(unsure)

        assert [(span.start, span.end) for span in sure] == [(ent.start, ent.end) for ent in doc.ents]
        assert unsure == {token.i for token in doc if not token.ent_iob}
    assert missing


def test_a_label_that_the_project_dropped_is_not_taught(teacher: Teacher):
    assert all(token.ent_iob_ == "O" for doc in teacher.labelled(teacher.texts(100), [], hidden=True) for token in doc)


def test_distilling_and_merging_exclude_each_other(made: Made, tmp_path: Path):
    with pytest.raises(LoopError, match="--distill and --merge cannot be combined"):
        FinalTraining(made.paths, made.settings, made.store).write(tmp_path / "x", Options(distill=True, merge=True))

    assert [] == list(tmp_path.iterdir())
