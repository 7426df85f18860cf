from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from loop.bulk import Job, chunked, predicted, predicted_by_ray
from loop.bulk.chunks import CHUNK_TEXTS
from loop.bulk.cluster import _Actor, _read
from loop.errors import InputError, LoopError, PipelineError
from loop.formats import read_all


@pytest.mark.slow
@pytest.mark.integration
def test_two_actors_of_a_local_ray_go_on_to_the_same_bytes_as_a_plain_run(model: str, source: Path, tmp_path: Path):
    more = source.with_name("in2.jsonl")
    more.write_text('{"text": "the saddle squeaks", "id": 1}\n' * (CHUNK_TEXTS + 1) + "{\n")
    command = [sys.executable, "-m", "loop", "predict", model, str(tmp_path / "in*")]
    # Plain, up to the bad line; then it is fixed.
    assert 1 == subprocess.run([*command, "ray.jsonl"], cwd=tmp_path, capture_output=True).returncode
    drop_last_chunks(tmp_path / "ray.jsonl.partial" / "journal", 3)
    more.write_text('{"text": "the saddle squeaks", "id": 1}\n' * (CHUNK_TEXTS + 2))
    subprocess.run([*command, "plain.jsonl"], cwd=tmp_path, check=True)
    env = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    ray = [*command, "ray.jsonl", "--ray", "--workers", "2"]
    ran = subprocess.run(ray, cwd=tmp_path, capture_output=True, text=True, env=env)

    assert f"Resuming after {4 * CHUNK_TEXTS:,} texts" in ran.stderr
    assert f"Wrote {1400 + CHUNK_TEXTS + 2:,} texts." in ran.stderr
    assert (tmp_path / "plain.jsonl").read_bytes() == (tmp_path / "ray.jsonl").read_bytes()


def drop_last_chunks(journal: Path, n: int) -> None:
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-n]))


def test_a_file_is_read_after_what_is_skipped_and_up_to_what_cannot_be_read(tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f'{{"text": "{n}"}}\n' for n in range(2 * CHUNK_TEXTS)) + "{\n")
    batches = _read({"file": [path.as_uri()], "skip": [1]}, format=None, text_field="text")
    chunk, problem = [pickle.loads(batch["item"][0]) for batch in batches]

    assert [str(n) for n in range(CHUNK_TEXTS, 2 * CHUNK_TEXTS)] == list(chunk.texts)
    assert isinstance(problem, InputError)
    assert f"line {2 * CHUNK_TEXTS + 1}: is not valid JSON" in str(problem)


def test_an_actor_does_what_a_plain_run_does_and_hands_errors_on(model: str, source: Path):
    def answer(actor: _Actor, item: object) -> object:
        return pickle.loads(actor({"item": [pickle.dumps(item)]})["item"][0])

    chunk = next(chunked(read_all([source])))
    actor, lost, bad = _Actor(Job(model)), _Actor(Job("nowhere")), InputError("in", "is bad.", line=3)
    handed_on, no_model, unexpected = answer(actor, bad), answer(lost, chunk), answer(actor, "no chunk")

    assert list(predicted(Job(model), [chunk])) == [answer(actor, chunk)]
    assert (str(bad), InputError) == (str(handed_on), type(handed_on))
    assert isinstance(no_model, PipelineError)
    assert "An actor failed with AttributeError." == str(unexpected)


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set for Ray is set back afterwards."""
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_BACKEND_LOG_LEVEL", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"):
        monkeypatch.setenv(name, "")


def test_without_ray_it_is_said_how_to_get_it(own_environment, model: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(LoopError, match="needs ray") as error:
        next(predicted_by_ray(Job(model), ["in.txt"], actors=1, skip={}))

    assert "spacy-loop[ray]" in error.value.hint


def test_a_cluster_that_does_not_answer_is_named(own_environment, model: str, monkeypatch: pytest.MonkeyPatch):
    def refuse(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=refuse, data=None))
    monkeypatch.setitem(sys.modules, "ray.data", SimpleNamespace())
    with pytest.raises(LoopError, match="No Ray cluster answers at head:6379"):
        next(predicted_by_ray(Job(model), ["in.txt"], actors=1, skip={}))
