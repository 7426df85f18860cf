from __future__ import annotations

import hashlib
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from grown_apart import (
    TEXTS,
    answers,
    at,
    begun,
    both_ways,
    copied,
    in_both,
    kept_rounds,
    known,
    learned,
    log,
    merged,
    more,
    problems,
    say,
    texts,
)
from trainer_kit import finish

from loop.errors import LoopError, StoreError
from loop.held_out import is_held_out
from loop.project import create_project, opened
from loop.records import Answer, Question, Span, TermDecision
from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_value
from loop.store import NewText, Store
from loop.store.events import EventKind
from loop.store.locks import ProcessLock
from loop.store.replacing import replacement


def standing(paths: ProjectPaths) -> list[str]:
    with Store(paths.db) as store:
        return [answer.id for answer in store.answers.standing()]


def chain(paths: ProjectPaths) -> dict[str, str | None]:
    """What each answer replaces."""
    with Store(paths.db) as store:
        return {answer.id: answer.retracts for answer in store.answers.all()}


def files(root: Path) -> dict[str, str]:
    """The content of each file but those that locks and readers of a store leave, an empty log among them."""
    every = (path for path in root.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm")))
    every = (path for path in every if path.stat().st_size or not path.name.endswith("-wal"))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in every}


def test_answers_given_in_a_copy_come_and_stay_in_the_order_of_time(here, there):
    for paths, id_, text in ((here, "a", 10), (there, "b", 11), (here, "c", 12), (there, "d", 13)):
        with at(paths) as store:
            say(store, id_, text)

    report = merged(here, there)

    assert (2, 0, 0) == (report.merged.answers.came, report.merged.texts.came, report.rounds)
    said = [(one.id, text) for text, one in answers(here)]
    assert [("answer 0", TEXTS[0]), ("answer 1", TEXTS[1])] == said[:2]
    assert [("a", TEXTS[10]), ("b", TEXTS[11]), ("c", TEXTS[12]), ("d", TEXTS[13])] == said[2:]
    assert [] == problems(here)


def test_both_orders_give_the_same_project_and_twice_changes_nothing(here, there):
    for paths, id_, text in ((there, "b", 11), (here, "a", 10), (there, "d", 13)):
        with at(paths) as store:
            say(store, id_, text)

    pair = both_ways(here, there)

    assert 5 == len(in_both(pair, answers))
    assert 5 == len(in_both(pair, known))
    assert in_both(pair, log)
    assert 40 == len(in_both(pair, texts))
    for one, other in (pair, (pair[0], there), (pair[1], here)):
        before = one.db.read_bytes()
        report = merged(one, other)
        assert (False, None) == (report.merged.is_new, report.before)
        assert before == one.db.read_bytes()


def test_a_dry_run_says_what_would_come_and_changes_nothing(here, there):
    with at(there) as store:
        say(store, "b", 11)
        store.corpus.add_batch(more("one", "two"), source="there")
    before = files(here.root)
    report = merged(here, there, dry_run=True)

    assert (1, 2, None) == (report.merged.answers.came, report.merged.texts.came, report.before)
    assert before == files(here.root)


def test_texts_that_both_added_are_one_and_those_of_either_come(here, there):
    with at(here) as store:
        store.corpus.add_batch(more("mine", "ours", group="g"), source="here")
    with at(there) as store:
        store.corpus.add_batch(more("ours", "theirs"), source="there")
        say(store, "b", "ours")
        say(store, "c", "theirs")
    pair = both_ways(here, there)

    found = {text.text: (text.id, text.batch, text.group) for text in in_both(pair, texts)[40:]}
    assert {"mine": (41, 2, "g"), "ours": (42, 2, "g"), "theirs": (43, 3, None)} == found
    assert {"ours", "theirs"} == {text for text, _ in in_both(pair, answers)[2:]}
    assert 1 == merged(copied(here, "again"), there).merged.texts.regrouped


def test_where_both_changed_an_answer_the_later_change_replaces_the_earlier(here, there):
    for paths, id_, spans in ((here, "first", ()), (there, "second", (Span(0, 3, "PART"),))):
        with at(paths) as store:
            say(store, id_, 0, spans=spans, retracts="answer 0")
    with at(here) as store:
        say(store, "third", 0, spans=(Span(4, 7, "PART"),), retracts="first")
    pair = both_ways(here, there)

    replaced = {"answer 0": None, "answer 1": None, "first": "answer 0", "second": "first", "third": "second"}
    assert replaced == in_both(pair, chain)
    assert ["third", "answer 1"] == in_both(pair, standing)  # it counts where the first one counted
    assert (Span(4, 7, "PART"),) == in_both(pair, known)[TEXTS[0]].spans
    assert 2 == merged(copied(here, "again"), there).merged.answers.changed_twice


@pytest.mark.parametrize("undone_last", [True, False])
def test_where_one_took_an_answer_back_that_the_other_changed_the_later_counts(here, there, undone_last):
    def undo() -> None:
        with at(here) as store:
            say(store, "undo", 0, verdict="retract", spans=(), retracts="answer 0")

    if not undone_last:
        undo()
    with at(there) as store:
        say(store, "change", 0, spans=(), retracts="answer 0")
    if undone_last:
        undo()
    pair = both_ways(here, there)

    assert (["answer 1"] if undone_last else ["change", "answer 1"]) == in_both(pair, standing)
    assert [] == in_both(pair, problems)


def test_two_answers_of_one_name_count_as_in_one_project_and_under_two_names_as_two_peoples(here, there):
    for paths, id_, spans in ((here, "a", ()), (there, "b", (Span(0, 3, "PART"),))):
        with at(paths) as store:
            say(store, id_, 10, spans=spans)
    one, two = copied(here, "one"), copied(here, "two")
    report = merged(one, there)
    merged(two, there, annotators={"ann": "bea"})

    assert {"ann": 1} == report.merged.answers.same_names
    assert (Span(0, 3, "PART"),) == known(one)[TEXTS[10]].spans
    assert (Span(0, 3, "PART"),) == known(two)[TEXTS[10]].unclear
    assert {"ann", "bea"} == {part.answer.annotator for part in known(two)[TEXTS[10]].parts}
    assert not merged(two, there).merged.is_new
    with at(there) as store:
        say(store, "later", 10, retracts="b")
    merged(two, there)  # they keep the name that they got
    assert {"bea"} == {one.annotator for _, one in answers(two) if one.id in ("b", "later")}


def test_a_name_that_nobody_has_there_is_refused(here, there):
    with at(there) as store:
        say(store, "b", 10)
    with pytest.raises(StoreError, match="bob has not answered in the other project") as refused:
        merged(here, there, annotators={"bob": "bea"})

    assert "Who has: ann." == refused.value.hint


def test_questions_that_answers_refer_to_come_and_the_queue_and_drafts_are_those_of_this_project(here, there):
    with at(there) as store:
        store.corpus.add_batch(more("early"), source="there")
    with at(here) as store:
        store.corpus.add_batch(more("late"), source="here")
        mine, asked = (text_question(store, "draft", "late"), text_question(store, "queued", TEXTS[20]))
        store.drafts.save(mine, "ann", "half done")
        store.questions.publish([asked, text_question(store, "theirs", TEXTS[21])], round=0)
    with at(there) as store:
        question = text_question(store, "asked there", TEXTS[21])
        store.drafts.save(text_question(store, "not this", "early"), "ann", "theirs")
        store.answers.add(replace(say_of(store, "b", 21), question_id=question.id), question)
    merged(here, there)

    with at(here) as store:
        assert "asked there" in store.questions.get(["asked there"])
        assert 42 == store.corpus.find(["late"])["late"]  # it has another number now
        begun_there = store.questions.head("ann")
        assert ("draft", "late") == (begun_there.id, begun_there.text.text)
        assert "half done" == store.drafts.of(begun_there, "ann")
        assert {} == store.questions.get(["not this"])
        assert 1 == store.questions.waiting()  # the other text is answered


def text_question(store: Store, id_: str, text: str) -> Question:
    (found,) = store.corpus.texts([store.corpus.find([text])[text]])
    return Question(id_, found, ((0, 1),), ())


def say_of(store: Store, id_: str, text: int) -> Answer:
    return Answer(id_, store.corpus.find([TEXTS[text]])[TEXTS[text]], "ann", "accept", scheme=1)


def test_decisions_about_terms_come_with_what_was_taken_back(here, there):
    for paths, string in ((here, "hub"), (there, "fork"), (here, "rim")):
        with at(paths) as store:
            store.terms.add(TermDecision(string, "no", labels=("PART",)))
    with at(there) as store:
        last, _, _ = store.journal.events(kind=EventKind.TERM)[-1]
        store.terms.take_back(last)
    pair = both_ways(here, there)

    def decided(paths: ProjectPaths) -> list[str]:
        with Store(paths.db) as store:
            return [decision.string for decision in store.terms.standing()]

    assert ["hub", "rim"] == in_both(pair, decided)


def test_an_answer_that_is_not_the_same_in_both_is_refused(here, there):
    with Store(there.db) as store, store._database.write() as connection:
        connection.exec_driver_sql("UPDATE answers SET memo = 'edited' WHERE id = 'answer 1'")

    with pytest.raises(StoreError, match="Answer answer 1 is not the same in both projects: memo"):
        merged(here, there)


def test_a_project_in_use_takes_nothing_in_and_a_write_meanwhile_is_not_lost(here, there, monkeypatch):
    with at(there) as store:
        say(store, "b", 11)
    lock = ProcessLock(here.trainer_lock)
    assert lock.acquire()
    with pytest.raises(LoopError, match="in use"):
        merged(here, there)
    lock.release()
    with Store(here.db) as store, replacement(here.db) as old:
        say(store, "meanwhile", 12)
        with pytest.raises(StoreError, match="has changed meanwhile"):
            old.put(there.db)

    assert ["answer 0", "answer 1", "meanwhile"] == standing(here)


def test_a_project_at_work_is_read_as_it_is_and_not_touched(here, there):
    with at(there) as store:
        say(store, "b", 11)  # still in the log of the store, which is open
        assert there.db.with_name("loop.db-wal").stat().st_size
        before = files(there.root)
        merged(here, there)
        assert before == files(there.root)

    assert "b" in standing(here)


def test_the_store_as_it_was_stays_beside_it(here, there):
    with at(there) as store:
        say(store, "b", 11)
    report = merged(here, there)

    assert here.data / "loop.db.before-merge" == report.before
    with Store(report.before) as store:
        assert ["answer 0", "answer 1"] == [answer.id for answer in store.answers.standing()]
    assert 0o600 == report.before.stat().st_mode & 0o777
    assert [] == [path.name for path in here.data.iterdir() if path.name.startswith(".")]


def test_both_orders_give_the_same_weights_after_learning(tmp_path, settings):
    here = begun(tmp_path / "here", settings, answers=12, learned=True)
    there = copied(here, "there")
    for n in range(12, 22):
        with at(here if n % 3 else there) as store:
            say(store, f"new {n}", n)
    with at(there) as store:
        say(store, "changed", 9, spans=(), retracts="answer 9")
    learned(here)
    pair = both_ways(here, there)

    assert [0, 1, 2] == kept_rounds(pair[0])[:3]
    with at(pair[0]) as store:
        assert [1] == [info.number for info in store.journal.rounds()]  # the second learned what was changed
    assert [1, 2, 3, 4] == list(in_both(pair, learned))


def test_rounds_learn_with_the_settings_of_their_time_whoever_changed_them(tmp_path, settings):
    here = begun(tmp_path / "here", settings, answers=5, learned=True)
    there = copied(here, "there")
    set_value(there.cfg, "update", "steps", 5)
    for n in range(5, 15):
        with at(there if n % 2 else here) as store:
            say(store, f"new {n}", n)
    learned(here)
    set_value(here.cfg, "update", "steps", 5)
    pair = both_ways(here, there)

    assert [1, 2, 3] == list(in_both(pair, learned))
    with at(pair[0]) as store:
        assert [3, 5, 5] == [info.steps for info in store.journal.rounds()]


def test_weak_labels_of_either_project_give_the_same_weights(tmp_path, settings):
    here = begun(tmp_path / "here", replace(settings, update=replace(settings.update, weak_steps=4)))
    there = copied(here, "there")
    for paths, numbers in ((here, range(50, 56)), (there, range(54, 60))):
        with opened(paths) as (_, settings, store):
            rows = [NewText(f"{n} a new hub", suggested=(Span(9, 12, "PART"),)) for n in numbers]
            store.corpus.add_batch(rows, source="file")
            finish(paths, settings, store)
    for paths, n in ((there, 1), (here, 2), (there, 3), (here, 4), (here, 5), (there, 6)):
        with at(paths) as store:
            say(store, f"new {n}", n)
    pair = both_ways(here, there)

    assert [0, 5] == in_both(pair, rounds_answers)
    teaching = [text for text in texts(pair[0]) if text.suggested and not is_held_out(text, share=0.1, seed=0)]
    with at(pair[0]) as store:
        assert [{text.id for text in teaching}] == [set(one.texts) for one in store.weak.in_force()]
    assert 8 <= len(teaching) <= 10


def test_answers_that_count_since_the_same_event_are_learned_together_in_both_orders(tmp_path, settings):
    here = begun(tmp_path / "here", settings, answers=4)
    with at(here) as store:
        say(store, "of two", 10, needs=2)
    there = copied(here, "there")
    with at(there) as store:
        say(store, "second", 10, annotator="ben", needs=2)
    with at(here) as store:
        store.annotators.retire("cid", ["ann"])
    assert ([5], [6]) == (rounds_answers(here), rounds_answers(there))
    pair = both_ways(here, there)

    assert [6] == in_both(pair, rounds_answers)


def rounds_answers(paths: ProjectPaths) -> list[int]:
    """How many answers each round learned from, when nothing is due; the weights are compared on the way."""
    learned(paths)
    with Store(paths.db) as store:
        return [info.answers for info in store.journal.rounds()]


def test_pins_and_pretraining_of_one_project_are_left_behind_with_what_started_from_them(tmp_path, settings):
    here = begun(tmp_path / "here", replace(settings, pretrain=replace(settings.pretrain, at_least=10)), answers=5)
    with opened(here) as (_, now, store):
        finish(here, now, store)
    there = copied(here, "there")
    with opened(here) as (_, now, store):
        finish(here, now, store, pretrain=True)
    for n in range(5, 15):
        with at(here if n % 2 else there) as store:
            say(store, f"new {n}", n)
    learned(here)
    with at(here) as store:
        store.journal.pin(1)
    pair = both_ways(here, there)

    for paths in pair:
        with at(paths) as store:
            assert None is store.journal.latest(EventKind.PRETRAINED)
            assert None is store.journal.pinned_round()
    assert [1, 2, 3] == list(in_both(pair, learned))


def test_with_another_seed_what_either_holds_out_stays_held_out(here, there):
    set_value(there.cfg, "project", "seed", 7)
    for paths, id_, text in ((here, "a", 10), (there, "b", 11), (there, "c", 10), (here, "d", 11)):
        with at(paths) as store:
            say(store, id_, text, held_out=id_ in "ab")
    with pytest.raises(LoopError, match=r"\[project\] seed: 0 here, 7 there") as refused:
        merged(here, there)
    merged(here, there, other_seed=True)

    assert "--other-seed" in refused.value.hint
    with at(here) as store:
        assert ["answer 0", "answer 1"] == [answer.id for answer in store.answers.training()]
        assert {"a", "b", "c", "d"} == {answer.id for answer in store.answers.evaluation()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_project_of_an_earlier_version_is_taken_in_from_an_upgraded_copy(tmp_path):
    with tarfile.open(Path(__file__).with_name("version_0_1.tar.gz")) as packed:
        packed.extractall(tmp_path / "old", filter="data")
    old, here = ProjectPaths(tmp_path / "old"), ProjectPaths(tmp_path / "here")
    before = files(old.root)
    create_project(here, load_settings(old.root))
    report = merged(here, old)

    assert before == files(old.root)
    assert 12 == report.merged.answers.came
    assert 11 == len(standing(here))
    assert [] == problems(here)
