"""Projects whose questions are about passages of texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
import spacy
from trainer_kit import finish, give, weights
from workshop import workshop_gold

from loop.acquire.sections import SECTION, fixed_section
from loop.editing import most_uncertain, possible_entities
from loop.errors import StoreError
from loop.formats import read, write
from loop.held_out import is_held_out
from loop.intake import import_answers, plan_import, read_answers
from loop.intake.export import answered
from loop.progress.held_out_gold import evaluated_texts, gold_texts, last_evaluated_round
from loop.records import Answer, Question, Span, Text
from loop.scoring.questions import Read
from loop.session import Session
from loop.store import NewText, Store
from loop.trainer import Trainer
from loop.trainer.known_passages import KnownPassages
from loop.trainer.rebuilding import rebuilding
from loop.truth import of_texts


def joined(n: int, of: int, *, seed: int = 0) -> dict[str, tuple[Span, ...]]:
    """`n` texts, each of so many texts of the workshop."""
    parts = list(workshop_gold(n * of, seed=seed).items())
    gold = {}
    for first in range(0, n * of, of):
        text, spans = "", []
        for part, own in parts[first : first + of]:
            spans += [Span(len(text) + one.start, len(text) + one.end, one.label) for one in own]
            text += part + "\n"
        gold[text] = tuple(spans)
    return gold


@pytest.fixture
def passages(with_settings):
    """Settings that ask about what is uncertain only, and never about more than 20 tokens."""
    settings = with_settings("queue", random_share=0.0, held_out_share=0.0, repeat_share=0.0, size=12)
    return replace(settings, acquire=replace(settings.acquire, passages=True, longest=20))


def known_places(store) -> dict[int, Counter[int]]:
    """By text how often each character was asked about."""
    found: dict[int, Counter[int]] = {}
    for answer in store.answers.standing():
        start, end = answer.passage or (0, 0)
        found.setdefault(answer.text_id, Counter()).update(range(start, end))
    return found


def test_every_question_is_about_a_part_of_a_text_that_nobody_was_asked_about(paths, passages, store):
    gold = joined(6, 12)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    asked = []
    for _ in range(4):
        finish(paths, passages, store)
        asked += give(paths, passages, store, gold, 5)

    assert 20 == len(asked)
    assert all(one.passage and one.passage[1] - one.passage[0] < len(one.text.text) / 2 for one in asked)
    assert len({one.text.id for one in asked}) < len(asked)
    uncertain = {one.id for one in asked if one.stream == "uncertain"}
    assert uncertain
    assert all(1 == max(places.values()) for places in known_places(store).values())
    assert 6 == store.corpus.pool_size()


def test_what_is_marked_touches_the_passage_and_the_rest_is_unknown(paths, passages, store):
    gold = joined(6, 12)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, passages, store)
    give(paths, passages, store, gold, 5)
    truths = of_texts(store.answers.training(), store.journal.schemes())

    for text in store.corpus.texts(list(truths)):
        truth = truths[text.id]
        inside = [one for one in gold[text.text] if any(part.covers(one) for part in truth.passages)]
        assert (tuple(inside), frozenset()) == (truth.spans, truth.labels)
        assert any(not truth.judges(one) for one in gold[text.text])


def test_rounds_from_passages_are_rebuilt_to_the_bit_and_unlearned(paths, passages, store):
    gold = joined(6, 12)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    for _ in range(3):
        finish(paths, passages, store)
        give(paths, passages, store, gold, 5)
    assert 3 == finish(paths, passages, store).number
    before = weights(paths, 1, 2)
    with rebuilding(paths, passages, store) as aside:
        assert all(one.is_same for one in aside.rounds(3))

    old = next(one for one in store.answers.standing() if one.passage and one.spans)
    store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None, seq=0))
    finish(paths, passages, store)

    assert before != weights(paths, 1, 2)
    assert () == next(one for one in store.answers.standing() if one.id == "changed").spans


def test_a_long_document_is_asked_about_part_by_part(paths, passages, store):
    gold = joined(1, 6000)
    (text,) = gold
    assert len(text.split()) > 50_000
    store.corpus.add_batch([NewText(text)], source="gold")
    asked = []
    for _ in range(7):
        finish(paths, passages, store)
        asked += give(paths, passages, store, gold, 1)

    assert 7 == len(asked)
    assert 7 == len({one.passage for one in asked})
    assert all(one.tokens[-1][1] - one.tokens[0][0] <= SECTION for one in asked)
    assert all(one.passage for one in asked)


def apart(asked: list[Question]) -> bool:
    """Whether no two of these questions are about the same part of a text."""
    return not any(one.overlaps(other) for one, other in combinations(asked, 2))


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize(("of", "longest"), [(600, 150), (40, 20)])
def test_a_queue_holds_many_questions_about_one_document(of, longest, share, paths, passages, store):
    queue = replace(passages.queue, random_share=share)
    settings = replace(passages, queue=queue, acquire=replace(passages.acquire, passages=False, longest=longest))
    gold = joined(1, of)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    for _ in range(2):
        finish(paths, settings, store)
        waiting = store.questions.waiting()
        asked = give(paths, settings, store, gold, 99)

        assert 12 == waiting == len(asked)
        assert apart(asked)
        assert all(1 == max(places.values()) for places in known_places(store).values())


def test_a_document_is_asked_about_at_first_in_short_passages_that_begin_and_end_with_sentences(paths, passages, store):
    queue, acquire = replace(passages.queue, random_share=0.3), replace(passages.acquire, passages=False, longest=150)
    settings = replace(passages, queue=queue, acquire=acquire)
    sentence = "The front fork of this old bicycle is bent, so bring it in. "
    store.corpus.add_batch([NewText(sentence * 900)], source="prose")
    finish(paths, settings, store)
    asked = give(paths, settings, store, {sentence * 900: ()}, 99)

    assert {"random": "drawn at random", "short": "a short passage, to begin with"} == {
        one.stream: one.reason for one in asked
    }
    for one in asked:
        words = one.text.text[slice(*one.passage)]
        assert sentence.count(" ") <= words.count(" ") + 1 <= 40
        assert words.startswith("The front")
        assert words.endswith("in.")


def test_in_a_queue_with_a_document_every_short_text_is_asked_about_once(paths, passages, store):
    settings = replace(passages, acquire=replace(passages.acquire, passages=False, longest=150))
    gold = joined(1, 600) | workshop_gold(5)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, settings, store)
    asked = give(paths, settings, store, gold, 99)
    long = [one for one in asked if len(one.text.text) > SECTION]

    assert (12, 7) == (len(asked), len(long))
    assert 6 == len({one.text.id for one in asked})
    assert apart(asked)
    assert 7 == len({one.tokens[0] for one in long})


def test_where_texts_are_many_a_queue_asks_about_each_once(paths, passages, store):
    gold = joined(15, 12)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, passages, store)

    assert 12 == len({one.text.id for one in give(paths, passages, store, gold, 99)})


def test_the_queue_of_a_document_is_built_anew_before_it_is_empty(paths, passages, store):
    settings = replace(passages, update=replace(passages.update, round_size=100))
    gold = joined(1, 600)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, settings, store)
    asked = give(paths, settings, store, gold, 9)
    before = store.questions.waiting()
    finish(paths, settings, store)
    asked += give(paths, settings, store, gold, 12)

    assert (3, 21) == (before, len(asked))
    assert apart(asked)


def test_who_skips_a_document_is_asked_about_no_other_part_of_it(paths, passages, store):
    gold = joined(1, 600) | joined(1, 4)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, passages, store)
    session = Session(paths, passages, store, annotator="ann")
    while (question := session.next()) and question.text.id != 1:
        session.answer(question, "accept", (), seconds=1, keys=1)
    assert question
    assert 1 == session.upcoming(question).text.id
    session.answer(question, "skip", (), seconds=1, keys=1)
    after = session.next()
    session.close()

    assert after is None or 2 == after.text.id
    assert {2} == {text.id for text in store.corpus.unanswered([1, 2])}


@pytest.mark.parametrize("of", [1200, 30])
def test_a_chosen_place_of_a_long_text_is_asked_about(of, paths, passages, store):
    settings = replace(passages, acquire=replace(passages.acquire, passages=False))
    gold = joined(1, of)
    (text,) = gold
    store.corpus.add_batch([NewText(text)], source="gold")
    (chosen,) = store.corpus.texts([1])
    for place in [(0, 3), (len(text) // 2, len(text) // 2 + 4), (len(text) - 4, len(text) - 1)]:
        session = Session(paths, settings, store, annotator="ann")
        session.texts.choose(chosen, [place])
        finish(paths, settings, store)
        question = session.next()
        session.close()
        give(paths, settings, store, gold, 1)

        assert Span(*place, "").touches(question.passage)
        assert len([token for token in question.tokens if question.passage[0] <= token[0] < question.passage[1]]) <= 20


def test_of_the_places_searched_for_the_first_that_is_not_answered_is_asked_about(paths, passages, store):
    text = "the fork is bent and " * 200
    store.corpus.add_batch([NewText(text)], source="gold")
    (chosen,) = store.corpus.texts([1])
    places = [(n, n + 4) for n in range(4, len(text), 21)]
    scheme = store.journal.scheme(["PART"])
    for n, passage in enumerate([(0, 50), (50, 100), (140, 200)]):
        answer = Answer(f"a{n}", 1, "ann", "accept", passage=passage, complete=False, scheme=scheme)
        store.answers.add(answer)
    finish(paths, passages, store)
    session = Session(paths, passages, store, annotator="ann")
    session.texts.choose(chosen, places)
    finish(paths, passages, store)
    question = session.next()

    assert Span(*places[5], "").touches(question.passage)
    assert (100, 140) == (places[5][0] - 9, places[6][1] + 6)
    with pytest.raises(StoreError, match="is answered"):
        session.texts.choose(chosen, places[:4])
    session.close()


def test_a_place_that_somebody_else_has_in_hand_is_not_asked_about(paths, passages, store):
    text = "the fork is bent and " * 200
    store.corpus.add_batch([NewText(text)], source="gold")
    (chosen,) = store.corpus.texts([1])
    finish(paths, passages, store)
    bob, ann = (Session(paths, passages, store, annotator=name) for name in ("bob", "ann"))
    theirs = bob.next()
    ann.texts.choose(chosen, [theirs.passage, (4000, 4004)])
    finish(paths, passages, store)
    mine = ann.next()
    with pytest.raises(StoreError, match="bob has"):
        ann.texts.choose(chosen, [theirs.passage])
    ann.close()
    bob.close()

    assert Span(4000, 4004, "").touches(mine.passage)
    assert not mine.overlaps(theirs)


@pytest.mark.parametrize("strategy", ["random", "gain_per_second"])
def test_long_texts_are_asked_about_until_all_is_known_and_then_count_as_answered(strategy, paths, passages, store):
    settings = replace(passages, acquire=replace(passages.acquire, passages=False, strategy=strategy))
    gold = joined(2, 8)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    asked = []
    while store.corpus.pool_size():
        finish(paths, settings, store)
        more = give(paths, settings, store, gold, 4)
        assert more
        asked += more
    finish(paths, settings, store)
    trainer = Trainer(paths, settings, store)
    idle = trainer.work()
    trainer.close()
    truths = of_texts(store.answers.training(), store.journal.schemes())

    assert 30 > len(asked)
    assert not idle
    assert [] == give(paths, settings, store, gold, 1)
    assert gold == {text.text: truths[text.id].spans for text in store.corpus.texts([1, 2])}
    assert all(1 == max(places.values()) for places in known_places(store).values())


def test_texts_that_are_known_in_all_their_parts_are_asked_about_a_label_that_is_added(paths, passages, store):
    gold = joined(1, 8)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    while store.corpus.pool_size():
        finish(paths, passages, store)
        give(paths, passages, store, gold, 4)
    more = replace(passages, project=replace(passages.project, labels=("PART", "JOB")))
    Session(paths, more, store, annotator="ann").close()

    assert 1 == store.corpus.pool_size()
    finish(paths, more, store)
    assert give(paths, more, store, gold, 1)


def test_in_teach_mode_a_document_is_asked_about_passage_by_passage_until_all_are(paths, passages, store):
    gold = joined(1, 30) | workshop_gold(3)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, passages, store)
    give(paths, passages, store, gold, 5)
    asked = []
    while store.corpus.pool_size():
        finish(paths, passages, store)
        session = Session(paths, passages, store, annotator="ann")
        session.mode = "teach"
        before = len(asked)
        while len(asked) < before + 4 and (question := session.next()):
            span = most_uncertain(possible_entities(question))
            given = (span.span,) if span else ()
            whole = span is None and question.passage is None
            session.answer(
                question,
                "accept",
                given,
                seconds=1,
                keys=1,
                complete=whole,
                passage=None if span else question.passage,
                shown=given,
                mode="teach" if span else "correct",
            )
            asked.append(question)
            assert span is None or question.passage is None or span.span.touches(question.passage)
        session.close()
        assert before < len(asked)
    long = [one for one in asked if one.text.id == 1]

    assert 3 < len(long) < 60
    assert apart(long)


def test_a_passage_is_asked_about_again_for_a_label_that_was_added(paths, passages, store):
    answer = Answer("a", 1, "ann", "accept", passage=(0, 40), complete=False, scheme=1)
    read = Read(Text(1, "x " * 40), tuple((n, n + 1) for n in range(0, 80, 2)), (), None)

    assert ((0, 20),) == KnownPassages([answer], {1: {"PART"}}, ["PART"]).known_in(read)
    assert () == KnownPassages([answer], {1: {"PART"}}, ["PART", "BRAND"]).known_in(read)


def test_a_held_out_document_is_evaluated_on_one_section_and_never_learned_from(paths, passages, store):
    settings = replace(passages, queue=replace(passages.queue, held_out_share=0.5))
    gold = joined(12, 60)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    asked = []
    for _ in range(6):
        finish(paths, settings, store)
        asked += give(paths, settings, store, gold, 5)
    finish(paths, settings, store)
    held = [one for one in asked if one.stream == "held_out"]

    assert 0 < len(held) == len({one.text.id for one in held})
    assert {one.text.id for one in held}.isdisjoint({one.text_id for one in store.answers.training()})
    assert all(one.passage == fixed_section(one.text.text) for one in held)
    found = evaluated_texts(store, gold_texts(store, settings, paths), last_evaluated_round(store))
    assert len(held) == len(found)
    for one in found:
        start, end = fixed_section(one.gold.text)
        inside = [span for span in gold[one.gold.text] if span.start < end and start < span.end]
        assert tuple(inside) == one.gold.spans
        assert all(span.start < end and start < span.end for span in one.found)


def test_the_only_document_is_asked_about_for_training_though_the_split_would_hold_it_out(paths, passages, store):
    settings = replace(passages, queue=replace(passages.queue, held_out_share=0.1))
    gold = next(gold for seed in range(99) if all(map(drawn, gold := joined(1, 60, seed=seed))))
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, settings, store)
    asked = give(paths, settings, store, gold, 5)
    finish(paths, settings, store)

    assert 5 == len(asked)
    assert "held_out" not in {one.stream for one in asked}
    assert 1 == store.journal.round_in_force()

    more = joined(10, 2, seed=100)
    store.corpus.add_batch((NewText(text) for text in more), source="more")
    store.questions.expire()
    finish(paths, settings, store)
    streams = {one.stream for one in give(paths, settings, store, gold | more, 10) if one.text.text in gold}

    assert streams
    assert "held_out" not in streams


def drawn(text: str) -> bool:
    return is_held_out(Text(0, text), share=0.1, seed=0)


@pytest.mark.parametrize("form", ["jsonl", "spacy"])
def test_answers_about_passages_go_to_another_project_and_mean_the_same(form, paths, passages, store, tmp_path):
    gold = joined(6, 12)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    finish(paths, passages, store)
    give(paths, passages, store, gold, 5)
    nlp, file = spacy.blank("xx"), tmp_path / f"answers.{form}"
    write(answered(store, nlp), file, format=form)
    with Store.create(tmp_path / "other.db") as other:
        found = read_answers(other, read(file), nlp=nlp, labels=["PART"], annotator="ann", source="other")
        import_answers(other, plan_import(other, found, labels=["PART"]), source="other")

        assert 6 > other.corpus.pool_size() > 0
        assert 5 == len(said(store))
        assert said(store) == said(other)


@pytest.mark.parametrize("form", ["jsonl", "spacy"])
def test_an_export_holds_a_document_once_and_is_the_same_after_an_import(form, paths, passages, store, tmp_path):
    gold = joined(1, 600)
    (text,) = gold
    store.corpus.add_batch([NewText(text, source="a.txt", line=1)], source="gold")
    finish(paths, passages, store)
    give(paths, passages, store, gold, 8)
    nlp, file, again = spacy.blank("xx"), tmp_path / f"answers.{form}", tmp_path / f"again.{form}"

    assert 8 == write(answered(store, nlp), file, format=form)
    assert len(text) + 12_000 > file.stat().st_size
    with Store.create(tmp_path / "other.db") as other:
        found = read_answers(other, read(file), nlp=nlp, labels=["PART"], annotator="ann", source="other")
        import_answers(other, plan_import(other, found, labels=["PART"]), source="other")

        asked = other.questions.get([one.question_id for one in other.answers.standing()]).values()
        assert said(store) == said(other)
        assert all(len(one.tokens) < 800 and one.passage for one in asked)
        assert 8 == write(answered(other, nlp), again, format=form)
    if form == "jsonl":
        assert file.read_bytes() == again.read_bytes()


def test_a_yes_about_a_passage_leaves_the_rest_of_an_imported_document_to_be_asked_about(
    paths, passages, store, tmp_path
):
    gold = joined(1, 600)
    (text,) = gold
    store.corpus.add_batch([NewText(text)], source="gold")
    finish(paths, passages, store)
    session = Session(paths, passages, store, annotator="ann")
    for verdict in ("accept", "reject", "accept"):
        question = session.next()
        words = [token for token in question.tokens if Span(*token, "").touches(question.passage)]
        span = Span(*words[1], "PART")
        session.answer(
            question, verdict, (span,), seconds=1, keys=1, complete=False, passage=None, shown=(span,), mode="teach"
        )
    session.close()
    nlp, file = spacy.blank("xx"), tmp_path / "answers.jsonl"

    assert 3 == write(answered(store, nlp), file)
    assert 2 == len(file.read_text("utf-8").splitlines())
    with Store.create(tmp_path / "other.db") as other:
        found = read_answers(other, read(file), nlp=nlp, labels=["PART"], annotator="ann", source="other")
        import_answers(other, plan_import(other, found, labels=["PART"]), source="other")

        assert 1 == store.corpus.pool_size() == other.corpus.pool_size()
        assert said(store) == said(other)
        assert 3 == len(places(other))
        assert set(places(store)) == set(places(other))


def places(store: Store) -> list[tuple[int, int] | None]:
    ids = [answer.question_id for answer in store.answers.standing()]
    return list(store.questions.passages(ids).values())


def said(store: Store) -> set[tuple]:
    answers = store.answers.standing()
    texts = {one.id: one.text for one in store.corpus.texts([one.text_id for one in answers])}
    return {(texts[one.text_id], one.passage, one.spans, one.complete) for one in answers}


def test_a_document_that_was_begun_with_other_sections_is_asked_about_until_all_is_known(
    paths, passages, store, monkeypatch
):
    settings = replace(passages, acquire=replace(passages.acquire, longest=150))
    gold = joined(1, 90)
    (text,) = gold
    store.corpus.add_batch([NewText(text)], source="gold")
    with monkeypatch.context() as before:
        cut = [(start, min(start + 1234, len(text))) for start in range(0, len(text), 1234)]
        before.setattr("loop.trainer.known_passages.sections", lambda _: cut)
        finish(paths, settings, store)
        asked = give(paths, settings, store, gold, 4)
        waiting = store.questions.waiting()
    asked += give(paths, settings, store, gold, 2)
    while store.corpus.pool_size():
        finish(paths, settings, store)
        asked += give(paths, settings, store, gold, 4)
        assert 60 > len(asked)

    assert waiting
    assert apart(asked)
    assert gold[text] == of_texts(store.answers.training(), store.journal.schemes())[1].spans
