from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
import srsly
from final_project import HELD_OUT, SHORT, TRAINED, UNANSWERED, Made, holding, make, train_here
from spacy.tokens import DocBin
from without_loop import environment_without_loop

from loop.base.assembly import assemble
from loop.base.pipeline import base_folder
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import InputError, LoopError
from loop.final import FinalTraining, Options, publish, train
from loop.final.data import parted
from loop.final.training import _forget_words
from loop.records import Answer, Span, Text


@pytest.fixture(scope="session")
def folder(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a final training that has run to its end."""
    folder = tmp_path_factory.mktemp("final") / "final"
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=SHORT))
    assert [4, 8] == [step.step for step in train(folder) if step.step]
    publish(folder, written.trained.component if written.trained else None)
    return folder


def docs(path: Path) -> list[spacy.tokens.Doc]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))


@pytest.mark.integration
def test_the_final_model_finds_the_labels_that_were_answered(folder: Path):
    nlp = spacy.load(folder / "model")

    assert nlp.pipe_labels == {"ner_loop": ["PART"]}
    assert [] == nlp.disabled


@pytest.mark.integration
def test_no_word_of_the_texts_is_in_the_final_model(folder: Path):
    for word in (TRAINED, HELD_OUT, UNANSWERED, "worn", "saddle"):
        assert [] == holding(folder / "model", word)


@pytest.mark.integration
def test_what_is_held_out_or_unanswered_is_nowhere_in_the_folder(folder: Path):
    texts = [doc.text for name in ("train", "dev") for doc in docs(folder / f"{name}.spacy")]

    assert 1 == sum(TRAINED in text for text in texts)
    assert not any(HELD_OUT in text or UNANSWERED in text for text in texts)
    assert [] == holding(folder / "start", TRAINED)


@pytest.mark.integration
def test_the_folder_is_for_its_owner_alone(folder: Path):
    modes = {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]}

    assert {0} == modes


@pytest.mark.integration
def test_what_a_partial_answer_does_not_say_is_missing(folder: Path):
    every = [*docs(folder / "train.spacy"), *docs(folder / "dev.spacy")]
    (partial,) = (doc for doc in every if TRAINED in doc.text)

    assert [0, 3] == [token.ent_iob for token in partial][:2]
    assert {0} == {token.ent_iob for token in partial[2:]}
    assert all(token.ent_iob for doc in every if doc != partial for token in doc)


def test_no_group_of_texts_is_on_both_sides():
    answer = Answer("a", 1, "ann", "accept", spans=(Span(0, 4, "PART"),))
    answered = [(Text(i, f"text {i}", group=f"group {i % 9}"), answer) for i in range(90)]
    train_part, dev_part = ({text.group for text, _ in part} for part in parted(answered))

    assert train_part
    assert dev_part
    assert not train_part & dev_part


def test_too_few_answers_are_refused():
    with pytest.raises(LoopError, match="too few answers"):
        parted([(Text(1, "one"), Answer("a", 1, "ann", "accept", spans=(Span(0, 3, "PART"),)))])


@pytest.mark.integration
def test_the_readmes_command_gives_the_same_weights_without_loop(made: Made, folder: Path, tmp_path: Path):
    again = tmp_path / "again"
    FinalTraining(made.paths, made.settings, made.store).write(again, Options(overrides=SHORT))
    (command,) = (line for line in (again / "README.md").read_text().splitlines() if line.startswith("    python"))
    subprocess.run(
        [sys.executable, "-S", *command.split()[1:]],
        cwd=again,
        env=environment_without_loop(tmp_path / "packages"),
        check=True,
        capture_output=True,
    )

    one, other = ((path / "ner_loop" / "model") for path in (folder / "model", again / "training" / "model-best"))
    assert one.read_bytes() == other.read_bytes()
    assert [] == holding(again / "training" / "model-best", TRAINED)


@pytest.mark.integration
def test_all_but_our_component_stays_as_the_base_has_it_to_the_byte(made_on_a_base: Made, tmp_path: Path):
    made, folder, base = made_on_a_base, tmp_path / "final", base_folder(made_on_a_base.settings.project.base)
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=SHORT))
    train_here(folder)
    model = publish(folder, "ner_loop")
    weights = spacy.util.load_config(folder / "config.cfg")["training"]["score_weights"]

    assert {"ents_f": 1.0} == {name: weight for name, weight in weights.items() if weight}
    assert "ner_loop" == (written.trained.component if written.trained else "")
    for path in base.rglob("*"):
        if path.is_file() and path.parent != base:
            assert digest(path) == digest(model / path.relative_to(base))
    assert [] == holding(model, TRAINED)
    assert ["ner_loop", *spacy.load(base).pipe_names] == spacy.load(model).pipe_names


@pytest.mark.integration
def test_what_is_found_for_labels_of_the_base_that_nobody_taught_is_erased(base: str, tmp_path: Path):
    folder = tmp_path / "final"
    with make(tmp_path, base, labels=("PART", "GPE")) as made:
        FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=SHORT))
    train_here(folder)
    nlp = spacy.load(publish(folder, "ner_loop"))
    found = {ent.label_ for ent in nlp("Ann Miller flew to New York on 3 May 1999.").ents}

    assert ["ner_loop", "ner_loop_erase"] == nlp.pipe_names[:2]
    assert {"base:ORG", "GPE", "PART"} <= set(nlp.get_pipe("ner_loop").labels)
    assert not any(label.startswith("base:") for label in found)


@pytest.mark.integration
def test_merging_teaches_the_bases_recognizer_all_labels(made_on_a_base: Made, tmp_path: Path):
    made, folder = made_on_a_base, tmp_path / "final"
    final = FinalTraining(made.paths, made.settings, made.store)
    written = final.write(folder, Options(merge=True, overrides=SHORT))
    train_here(folder)
    nlp = spacy.load(publish(folder, "ner"))

    assert "ner" == (written.trained.component if written.trained else "")
    assert "ner_loop" not in nlp.pipe_names
    assert {"PART", "ORG", "GPE"} <= set(nlp.get_pipe("ner").labels)
    assert any(UNANSWERED in doc.text for doc in docs(folder / "train.spacy"))
    assert not any(HELD_OUT in doc.text for doc in docs(folder / "train.spacy"))
    assert [] == holding(folder / "model", UNANSWERED)
    assert final.compare(folder / "model").others is not None


def test_there_is_nothing_to_merge_with_in_a_blank_base(made: Made, tmp_path: Path):
    with pytest.raises(LoopError, match="to merge with"):
        FinalTraining(made.paths, made.settings, made.store).write(tmp_path / "final", Options(merge=True))

    assert [] == list(tmp_path.iterdir())


@pytest.mark.integration
def test_a_config_of_the_users_own_is_filled_and_trained(made: Made, tmp_path: Path):
    own, folder = tmp_path / "own.cfg", tmp_path / "final"
    own.write_text(_OWN)
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, Options(config=own, overrides=SHORT))
    train_here(folder)
    model = publish(folder, None)

    assert written.trained is None
    assert ["ner"] == spacy.load(model).pipe_names
    assert ["PART"] == spacy.load(model).pipe_labels["ner"]
    assert [] == holding(model, TRAINED)


_OWN = """[nlp]
lang = "xx"
pipeline = ["ner"]
[components]
[components.ner]
factory = "ner"
[paths]
train = null
dev = null
[corpora]
[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}
[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.dev}
"""


def test_a_config_that_cannot_be_used_is_named(made: Made, tmp_path: Path):
    own = tmp_path / "own.cfg"
    own.write_text('[nlp]\nlang = "en"\npipeline = ["odd"]\n[components]\n[components.odd]\nfactory = "no_such"\n')

    with pytest.raises(InputError, match=r"own\.cfg: is not a valid training config"):
        FinalTraining(made.paths, made.settings, made.store).write(tmp_path / "final", Options(config=own))


@pytest.mark.integration
def test_a_stopped_training_leaves_no_process_and_no_finished_model(made: Made, tmp_path: Path):
    folder = tmp_path / "final"
    long = {"training.max_steps": 100_000, "training.patience": 0, "training.eval_frequency": 1}
    FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=long))
    steps = train(folder)
    next(steps)
    steps.close()

    assert not (folder / "model").exists()
    assert (folder / "config.cfg").is_file()


@pytest.mark.integration
def test_a_training_that_fails_says_how_to_see_why(made: Made, tmp_path: Path):
    folder = tmp_path / "final"
    FinalTraining(made.paths, made.settings, made.store).write(folder, Options(overrides=SHORT))
    (folder / "train.spacy").write_bytes(b"broken")

    with pytest.raises(LoopError, match="ended with an error") as caught:
        list(train(folder))
    assert "python -m spacy train config.cfg" in caught.value.hint


def test_a_project_without_a_round_has_nothing_to_start_from(paths, settings, store):
    with pytest.raises(LoopError, match="There is no round yet"):
        FinalTraining(paths, settings, store)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.integration
def test_the_probabilities_of_the_final_model_are_calibrated(folder: Path):
    assert ["ner_loop"] == list(spacy.load(folder / "model").meta["loop"]["temperatures"])


def test_a_held_round_is_the_one_to_compare_with(made: Made, tmp_path: Path):
    checkpoints = Checkpoints(tmp_path)
    for number in (0, 1, 2):
        checkpoints.path(number).mkdir()
    assert 0 == checkpoints.in_force()
    checkpoints.publish(1)

    assert 1 == checkpoints.in_force()


def test_a_word_of_the_texts_is_forgotten_though_the_table_of_vectors_has_it(tmp_path: Path):
    assemble("blank:en", ["PART"], seed=0, vectors="builtin:en").to_disk(tmp_path / "start")
    nlp = spacy.load(tmp_path / "start")
    nlp("Swansea")
    nlp.to_disk(tmp_path / "model")
    _forget_words(tmp_path / "model", tmp_path / "start")
    after = spacy.load(tmp_path / "model")

    assert srsly.read_json(tmp_path / "start/vocab/strings.json") == srsly.read_json(
        tmp_path / "model/vocab/strings.json"
    )
    assert after("Swansea")[0].has_vector
