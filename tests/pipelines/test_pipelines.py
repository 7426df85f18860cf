"""Every kind of pipeline that a project can start from: docs/pipelines.md has the table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from made_bases import BASES, CODE, COMPONENT, base_of, own_tok2vec, several_recognizers, shared_tok2vec
from taught import LABEL, ROUNDS, teach
from without_loop import environment_without_loop

from loop.base.assembly import assemble
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError

Taught = Callable[[str], Path]


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """The last checkpoint of a project that started from this kind of base, after three rounds; made once."""
    known: dict[str, Path] = {}

    def last(kind: str) -> Path:
        if kind not in known:
            folder = tmp_path_factory.mktemp("kind")
            base = base_of(kind, folder / "base")
            known[kind] = teach(folder / "project", base, component=COMPONENT.get(kind))
        return known[kind]

    return last


@pytest.mark.parametrize("kind", BASES)
def test_a_project_learns_from_it_for_some_rounds(kind: str, taught: Taught):
    checkpoint = taught(kind)
    nlp = spacy.load(checkpoint)

    assert f"round-{ROUNDS:04}" == checkpoint.name
    assert LABEL in nlp.pipe_labels["ner_loop"]
    assert isinstance(nlp("fitted a new chain today").ents, tuple)


@pytest.mark.integration
def test_every_checkpoint_loads_in_a_python_without_loop(taught: Taught, tmp_path: Path):
    checkpoints = [str(taught(kind)) for kind in BASES]
    code = f"import sys, spacy\n{CODE}\n[spacy.load(path)('a new chain') for path in sys.argv[1:]]"
    environment = environment_without_loop(tmp_path / "packages")
    python = [sys.executable, "-S", "-c", code, *checkpoints]
    ran = subprocess.run(python, env=environment, cwd=tmp_path, capture_output=True, text=True)

    assert (0, "") == (ran.returncode, ran.stderr)


def test_the_recognizer_that_is_named_is_the_one_to_start_from(tmp_path: Path):
    several_recognizers().to_disk(tmp_path / "base")
    nlp = assemble(str(tmp_path / "base"), [LABEL, "GPE"], seed=0, component="places")

    ours, theirs = (nlp.get_pipe(name).model.get_ref("tok2vec").to_bytes() for name in ("ner_loop", "places"))
    assert ours == theirs
    assert ("GPE", "base:LOC") == nlp.get_pipe("ner_loop").labels


@pytest.mark.parametrize(
    ("component", "words"), [("ner", "not a named-entity recognizer"), ("tagger", "not a named-entity recognizer")]
)
def test_a_component_that_is_no_recognizer_is_refused(component: str, words: str, tmp_path: Path):
    several_recognizers().to_disk(tmp_path / "base")

    with pytest.raises(PipelineError, match=words) as caught:
        assemble(str(tmp_path / "base"), [LABEL], seed=0, component=component)
    assert "It has places, people." == caught.value.hint


def test_labels_that_are_not_taught_never_enter_our_component(taught: Taught):
    assert [LABEL] == spacy.load(taught("several recognizers")).pipe_labels["ner_loop"]


def test_a_recognizer_whose_tok2vec_is_gone_is_refused(tmp_path: Path):
    nlp = shared_tok2vec()
    nlp.remove_pipe("tok2vec")
    nlp.to_disk(tmp_path / "base")

    with pytest.raises(PipelineError, match="listens to a component that the base does not have"):
        assemble(str(tmp_path / "base"), [LABEL], seed=0)


def test_a_base_that_needs_a_factory_of_ones_own_says_how_to_name_it(tmp_path: Path):
    own_tok2vec().to_disk(tmp_path / "base")
    config = (tmp_path / "base" / "config.cfg").read_text()
    (tmp_path / "base" / "config.cfg").write_text(config.replace('factory = "ner"', 'factory = "nobodys"'))

    with pytest.raises(PipelineError, match="does not load") as caught:
        assemble(str(tmp_path / "base"), [LABEL], seed=0)
    assert "--code" in caught.value.hint


def test_a_language_whose_tokenizer_is_not_installed_is_named():
    with pytest.raises(PipelineError, match="blank:ja does not load"):
        assemble("blank:ja", [LABEL], seed=0)


def test_what_does_not_change_is_the_bases_to_the_byte(taught: Taught):
    checkpoint = taught("several recognizers")
    base = Path(Checkpoints(checkpoint.parent).info(0).base)

    for path in base.rglob("*"):
        if path.is_file() and path.parent != base:
            assert path.read_bytes() == (checkpoint / path.relative_to(base)).read_bytes()
