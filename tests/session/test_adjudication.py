from __future__ import annotations

import pytest

from loop.editing import page_of
from loop.errors import LoopError, StoreError
from loop.progress.answered import last_answers
from loop.quality import review_items
from loop.records import Answer, Question, Span
from loop.session import Adjudication, Session, review_question
from loop.session.guidelines import digest
from loop.store import Store
from loop.store.sessions import OpenSession, others_at_work
from loop.truth import of_texts, resolve

HUB, RIM, WIDE = Span(0, 3, "PART"), Span(4, 7, "PART"), Span(0, 7, "PART")
ALICE, BOB, CAROL = "alice", "bob", "carol"


@pytest.fixture
def say(store, gold):
    """Let somebody answer one of the texts: `say("alice", 1, HUB)`; returns the answer."""
    scheme = store.journal.scheme(["PART"])

    def said(annotator: str, text: int, *spans: Span, **more) -> Answer:
        number = len(store.answers.all())
        said_so = {"verdict": "accept", "spans": spans, "scheme": scheme} | more
        given = Answer(f"{annotator} {number}", text, annotator, **said_so)
        return store.answers.add(given)

    return said


@pytest.fixture
def sit_down(paths, settings, store):
    """Open a review of everything that is open, or of `all_of_them`, in place of or beside those opened before."""
    opened = []

    def seated(annotator: str = "eve", *, all_of_them: bool = False, beside: bool = False, **more) -> Adjudication:
        for review in opened if not beside else ():
            review.close()
        items = [one for one in found(store) if all_of_them or one.is_open]
        texts = {text.id: text for text in store.corpus.texts([one.text_id for one in items])}
        asked = [Question("any", texts[one.text_id], ((0, 3), (4, 7), (8, 11)), ()) for one in items]
        pairs = [(one, review_question(one, question)) for one, question in zip(items, asked, strict=True)]
        opened.append(Adjudication(paths, settings, store, items=pairs, annotator=annotator, **more))
        return opened[-1]

    yield seated
    for review in opened:
        review.close()


def found(store: Store):
    return review_items(store.answers.standing(), store.journal.schemes())


def truth(store: Store, text: int = 1):
    return resolve([one for one in store.answers.standing() if one.text_id == text], store.journal.schemes())


def decide(review: Adjudication, *spans: Span, memo: str = "") -> Answer:
    return review.answer(review.next(), "accept", spans, seconds=2, keys=3, memo=memo)


def test_a_decision_is_an_answer_that_beats_the_others_and_keeps_them(say, sit_down, store):
    originals = say(ALICE, 1, HUB), say(BOB, 1, WIDE)
    assert () == truth(store).spans
    given = decide(sit_down(), HUB, memo="hubs end here")

    assert ((HUB,), False) == (truth(store).spans, truth(store).is_stale)
    assert ("eve", "hubs end here", tuple(one.id for one in originals)) == (
        given.annotator,
        given.memo,
        given.adjudicates,
    )
    assert [*originals, given] == store.answers.standing()
    assert [] == [one for one in found(store) if one.is_open]


def test_the_question_suggests_what_all_agree_on(say, sit_down):
    say(ALICE, 1, HUB, RIM)
    say(BOB, 1, RIM)
    question = sit_down().next()

    assert ((RIM,), "review") == (question.prediction, question.stream)


def test_each_item_says_its_number_and_what_there_is_to_decide(say, sit_down):
    for text in (1, 2):
        say(ALICE, text, HUB)
        say(BOB, text, RIM)
    review = sit_down(BOB)

    assert "1 of 2: 2 differences · you are one of the annotators" == review.note(review.next())
    decide(review, HUB)
    assert review.note(review.next()).startswith("2 of 2: ")
    decide(review, HUB)
    assert (None, "All shown (2), 2 decided; every decision is saved.") == (review.next(), review.goal_reached)


def test_who_decides_may_be_one_of_the_annotators_and_keeps_their_own_answer(say, sit_down, store):
    mine, theirs = say(BOB, 1, HUB), say(ALICE, 1, WIDE)
    given = decide(sit_down(BOB), WIDE)

    assert [mine, theirs, given] == store.answers.standing()
    assert (None, BOB) == (given.retracts, given.annotator)
    assert (mine.spans, (WIDE,)) == (store.answers.standing()[0].spans, truth(store).spans)


def test_reopened_a_decision_is_changed_in_its_place(say, sit_down, store):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down()
    first = decide(review, HUB)

    assert first == review.reopen()[1]
    second = decide(review, WIDE)
    assert (first.id, first.rank, (WIDE,)) == (second.retracts, second.rank, truth(store).spans)


def test_a_decision_that_is_taken_back_leaves_the_answers_as_they_were(say, sit_down, store):
    originals = [say(ALICE, 1, HUB), say(BOB, 1, WIDE)]
    before = truth(store)
    review = sit_down()
    decide(review, HUB)
    question, _ = review.reopen()

    assert review.retract(question)
    assert (originals, before, None) == (store.answers.standing(), truth(store), review.answered(question))
    assert question == review.next()
    assert not review.retract(question)


def test_what_is_left_is_not_decided_and_comes_again(say, sit_down, store):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down()
    review.leave(review.next())

    assert (None, 1) == (review.next(), sum(one.is_open for one in found(store)))


def test_the_decision_of_a_held_out_text_stays_held_out(say, sit_down, store):
    say(ALICE, 1, HUB, held_out=True)
    say(BOB, 1, WIDE)
    review = sit_down()

    assert review.note(review.next()).endswith("held out: never learned from")
    assert decide(review, HUB).held_out
    assert [] == store.answers.training()


def test_labels_that_nobody_was_asked_about_stay_missing(paths, settings, store, say, sit_down, with_settings):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    settings = with_settings("project", labels=("PART", "BRAND"))
    store.journal.scheme(["PART", "BRAND"])
    (item,) = found(store)
    (text,) = store.corpus.texts([1])
    question = review_question(item, Question("any", text, ((0, 3), (4, 7)), ()))
    review = Adjudication(paths, settings, store, items=[(item, question)], annotator="eve")
    noted = review.note(question)
    decide(review, HUB)
    review.close()

    assert ({"PART"}, (HUB,), "1 of 1: 1 difference · only PART") == (truth(store).labels, truth(store).spans, noted)


def test_a_passage_is_decided_as_a_passage(say, sit_down, store):
    say(ALICE, 1, HUB, complete=False, passage=(0, 5))
    say(BOB, 1, complete=False, passage=(0, 5))
    review = sit_down()
    assert "1 of 1: 1 difference · a passage" == review.note(review.next())
    given = decide(review, HUB)

    assert ((0, 5), False, (HUB,), frozenset()) == (
        given.passage,
        given.complete,
        truth(store).spans,
        truth(store).labels,
    )


def test_of_single_spans_only_those_are_decided_that_were_shown(say, sit_down, store):
    say(ALICE, 1, HUB, complete=False, mode="teach", shown=(HUB,))
    say(BOB, 1, complete=False, mode="teach", shown=(HUB,))
    review = sit_down()
    assert "1 of 1: 1 difference · only whether these spans are right" == review.note(review.next())
    given = decide(review)

    assert (((), (HUB,)), (False, None)) == (
        (truth(store).spans, truth(store).refused),
        (given.complete, given.passage),
    )
    review.reopen()
    decide(review, HUB)
    assert ((HUB,), ()) == (truth(store).spans, truth(store).refused)
    assert [] == [one for one in found(store) if one.is_open]


def test_a_stale_decision_comes_again_and_is_confirmed_by_accepting_it(say, sit_down, store):
    first = say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    before = decide(sit_down(), HUB, memo="short")
    changed = say(ALICE, 1, RIM, retracts=first.id)
    assert truth(store).is_stale
    review = sit_down()

    assert (before, True) == (
        review.answered(review.next()),
        "an answer has changed since you decided" in review.note(review.next()),
    )
    again = decide(review, HUB, memo="short")
    assert (before.id, True, False) == (again.retracts, changed.id in again.adjudicates, truth(store).is_stale)


def test_a_decision_that_is_accepted_unchanged_is_not_stored_twice(say, sit_down, store):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    first = decide(sit_down(), HUB)

    assert first == decide(sit_down(all_of_them=True), HUB)
    assert 3 == len(store.answers.all())


def test_what_another_reviewer_decided_meanwhile_is_shown_and_replaced(say, sit_down, store):
    for text in (1, 2):
        say(ALICE, text, HUB)
        say(BOB, text, WIDE)
    review = sit_down()
    decide(review, HUB)
    item = found(store)[1]
    ids = tuple(one.id for one in item.answers)
    review.next()
    theirs = say("dan", 2, WIDE, adjudicates=ids)

    question = review.next()
    assert theirs == review.answered(question)
    say("dan", 2, HUB, adjudicates=ids, retracts=theirs.id)
    with pytest.raises(StoreError, match="replaced in another session"):
        review.answer(question, "accept", [RIM], seconds=1, keys=1)
    assert (RIM,) == decide(review, RIM).spans == truth(store, 2).spans


def test_two_reviewers_never_have_the_same_text_in_hand_and_share_the_work(say, sit_down, paths):
    for text in (1, 2, 3, 4):
        say(ALICE, text, HUB)
        say(BOB, text, WIDE)
    eve, dan = sit_down(), sit_down("dan", beside=True)

    assert [1, 2] == [eve.next().text.id, dan.next().text.id]
    assert [(1,), (2,)] == [
        tuple(one.text_id for one in each.in_hand)
        for each in (*others_at_work(paths, "dan"), *others_at_work(paths, "eve"))
    ]
    decide(eve, HUB)
    assert (3, 3) == (eve.next().text.id, eve.next().text.id)
    decide(dan, HUB)
    assert 4 == dan.next().text.id
    decide(eve, HUB)
    assert (None, "All shown (2), 2 decided; every decision is saved. Others have taken 2 more.") == (
        eve.next(),
        eve.goal_reached,
    )
    assert 3 == eve.reopen()[0].text.id  # not 4, which dan has in hand
    reopened, decision = eve.reopen()
    assert (2, "dan") == (reopened.text.id, decision.annotator)
    assert [3, 1] == [dan.reopen()[0].text.id for _ in range(2)]  # not 2, which eve has in hand


def test_what_somebody_is_asked_about_is_not_reviewed_meanwhile(say, sit_down, paths, store):
    for text in (1, 2):
        say(ALICE, text, HUB)
        say(BOB, text, WIDE)
    asking = OpenSession(paths, "carol")
    asking.take(Question("any", store.corpus.texts([1])[0], (), ()))
    review = sit_down()

    assert 2 == review.next().text.id
    assert None is review.reopen()
    asking.close()
    assert 1 == review.reopen()[0].text.id


def test_a_session_that_asks_offers_no_half_done_review_and_reopens_no_decision(paths, settings, store, say, sit_down):
    mine = say(BOB, 1, HUB)
    say(ALICE, 1, WIDE)
    review = sit_down(BOB)
    question = review.next()
    review.save_draft(question, "half")
    review.close()
    session = Session(paths, settings, store, annotator=BOB)

    assert None is session.next()
    session.close()
    review = sit_down(BOB)
    assert "half" == review.draft(review.next())
    decide(review, WIDE)
    assert None is store.answers.last(BOB)
    assert [mine] == [past.answer for past in store.requests.history(BOB, limit=9)]
    (text,) = store.corpus.texts([1])
    assert mine == store.answers.of(Question("new", text, (), ()), BOB)


def test_what_does_not_fit_is_refused_and_a_review_skips_nothing(say, sit_down, store):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down()
    for verdict, spans in (("accept", [Span(0, 10**6, "PART")]), ("unusable", []), ("skip", [])):
        with pytest.raises(LoopError):
            review.answer(review.next(), verdict, spans, seconds=1, keys=1)

    assert 2 == len(store.answers.all())


def test_a_note_is_added_to_the_guidelines_once_made_and_shown(say, sit_down, paths):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    paths.guidelines.write_text("# Guidelines\n\nBe kind.\n")
    review = sit_down()

    assert "guidelines.md" == review.add_note("A hub ends\nbefore its rim.")
    review.add_note("Second.")
    expected = "# Guidelines\n\nBe kind.\n\n## Decided in review\n\n- A hub ends before its rim.\n- Second.\n"
    assert expected == paths.guidelines.read_text() == review.guidelines
    assert digest(expected) == decide(review, HUB).guideline_hash


def test_notes_stay_in_their_section_whatever_follows_it(sit_down, say, paths):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down()
    paths.guidelines.write_text("## Decided in review\n\n- One.\n\n## Examples\n\nMany.\n")
    review.add_note("Two.")

    assert "## Decided in review\n\n- One.\n- Two.\n\n## Examples\n\nMany.\n" == paths.guidelines.read_text()


def test_blind_versions_have_letters_and_their_order_says_nothing(say, sit_down):
    for text in range(1, 9):
        say(ALICE, text, HUB)
        say(BOB, text, WIDE)
    review = sit_down(blind=True)
    firsts = set()
    while question := review.next():
        page = review.with_versions(question, page_of(question, ("PART",)))
        assert ["A", "B"] == [one.name for one in page.versions]
        firsts.add(page.versions[0].marks)
        assert tuple(page.differences[0].said) == tuple(one.marks for one in page.versions)
        review.leave(question)

    assert 2 == len(firsts)


def test_who_only_reviews_is_no_annotator_of_whom_answers_are_awaited(paths, with_settings, store, say, sit_down):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down()
    settings = with_settings("annotators", overlap=1.0, answers=3)
    decide(review, HUB)
    alone = Session(paths, settings, store, annotator=ALICE)
    (text,) = store.corpus.texts([2])
    store.questions.publish([Question("q2", text, ((0, 3),), ())], round=0)
    given = alone.answer(alone.next(), "accept", [], seconds=1, keys=1)
    asking = [one.annotator for one in others_at_work(paths, ALICE) if one.asks]

    assert ([ALICE, BOB], [], 2) == (store.annotators.active(), asking, given.needs)
    alone.close()


def test_decisions_say_nothing_of_the_pace_of_annotators_or_of_suggestions(say, sit_down, store):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    decide(sit_down(), HUB)

    assert [] == last_answers(store, store.answers.standing())


def test_a_skip_is_nothing_to_decide_between_so_its_loss_makes_no_decision_stale(say, sit_down, store):
    hub, wide, skip = say(ALICE, 1, HUB), say(BOB, 1, WIDE), say(CAROL, 1, verdict="skip", reason="unsure")
    review = sit_down()
    decide(review, HUB)
    counts = of_texts(store.answers.standing(), store.journal.schemes())[1]
    assert ((hub.id, wide.id), False) == (counts.parts[-1].answer.adjudicates, counts.is_stale)
    say(CAROL, 1, RIM, retracts=skip.id)
    say(BOB, 1, HUB, retracts=wide.id)

    assert [True] == [one.is_stale for one in found(store)]
    say(CAROL, 1, HUB, retracts=by_carol(store))
    assert [False] == [one.is_stale for one in found(store)]


def by_carol(store):
    return next(one.id for one in store.answers.standing() if one.annotator == CAROL)


def test_a_version_says_what_its_annotators_were_not_asked_about(paths, store, say, with_settings):
    both = store.journal.scheme(["PART", "BRAND"])
    say(ALICE, 1, HUB, scheme=both)
    say(BOB, 1, scheme=store.journal.scheme(["PART", "BRAND"], asked=["PART"]))
    say(CAROL, 1, WIDE, complete=False, mode="teach", shown=(WIDE,), flag=True)
    (item,), (text,) = found(store), store.corpus.texts([1])
    question = review_question(item, Question("any", text, ((0, 3), (4, 7)), ()))
    settings = with_settings("project", labels=("PART", "BRAND"))
    review = Adjudication(paths, settings, store, items=[(item, question)], annotator="eve")
    page = review.with_versions(question, page_of(question, review.labels))
    review.close()

    assert ["", "not asked about BRAND", "asked about single spans · flagged"] == [one.note for one in page.versions]


def test_the_last_answer_of_a_review_is_its_last_decision(say, sit_down):
    say(ALICE, 1, HUB)
    say(BOB, 1, WIDE)
    review = sit_down(BOB)

    assert (None, 1) == (review.status().last, review.status().answers_total)
    given = decide(review, HUB)
    assert (given, 2) == (review.status().last, review.status().answers_total)
