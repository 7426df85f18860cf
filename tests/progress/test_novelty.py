from __future__ import annotations

from collections import Counter

from trainer_kit import answer, fill

from loop.progress.held_out_gold import GoldText
from loop.progress.novelty import Novelty, Sampled, novelties, novelty
from loop.records import Answer, Question, Span
from loop.store import Store

PART, BRAND = ("PART", "chain"), ("BRAND", "kmc")


def counted(found):
    return [(one.label, one.new, one.names) for one in found]


def test_a_name_is_new_if_no_learned_text_has_it():
    random = [Sampled((PART, BRAND), "a", is_learned=False), Sampled((PART,), "b", is_learned=False)]

    assert [("PART", 0, 2), ("BRAND", 1, 1)] == counted(novelties(["PART", "BRAND"], random, Counter({PART: 3})))


def test_a_learned_text_is_not_compared_with_itself():
    once, twice = Counter({PART: 1}), Counter({PART: 2})
    random = [Sampled((PART, PART), "a", is_learned=True)]

    assert [("PART", 2, 2)] == counted(novelties(["PART"], random, once))
    assert [("PART", 0, 2)] == counted(novelties(["PART"], random, twice))


def test_without_random_texts_and_for_other_labels_there_is_nothing_to_tell():
    assert [("PART", 0, 0)] == counted(novelties(["PART"], [], Counter()))
    assert [("PART", 0, 0)] == counted(novelties(["PART"], [Sampled((BRAND,), "a", is_learned=False)], Counter()))
    assert (0.0, False) == (Novelty("PART", 0, 0, None).share, Novelty("PART", 0, 0, None).is_told)


def test_the_interval_is_over_units():
    texts = [Sampled((PART,) if n % 2 else (BRAND,), f"{n}", is_learned=False) for n in range(60)]
    known = Counter({PART: 1})
    alone = novelties(["PART"], texts, known)[0]
    mixed = [Sampled((("PART", f"{n}"), PART), f"{n}", is_learned=False) for n in range(60)]
    half = novelties(["PART"], mixed, known)[0]
    in_groups = [Sampled(one.names, f"{n % 4}", is_learned=False) for n, one in enumerate(mixed)]

    assert alone.interval is not None
    assert 0 == alone.interval[0] < alone.interval[1] < 20
    assert (60, 120, 0.5) == (half.new, half.names, half.share)
    assert novelties(["PART"], in_groups, known)[0].interval is None


def test_of_few_names_no_share_is_told():
    assert [False, True] == [Novelty("PART", names, 1, None).is_told for names in (19, 20)]


def test_in_a_project_random_questions_and_held_out_texts_are_the_sample(store: Store):
    fill(store)
    answer(store, range(3))
    texts = {text.id: text for text in store.corpus.texts(range(1, 8))}
    scheme = store.journal.scheme(["PART"])
    for number, stream in ((4, "random"), (5, "uncertain"), (6, "random")):
        asked = Question(f"q{number}", texts[number], ((0, 3),), (), stream=stream)
        said = Answer(f"a{number}", number, "ann", "accept", (Span(0, 3, "PART"),), scheme=scheme, question_id=asked.id)
        store.answers.add(said, asked)
    gold = [GoldText("Old bell, old  BELL", (Span(0, 8, "PART"), Span(10, 19, "PART")), ("PART",), "unit")]
    strings = [texts[number].text[:3].casefold() for number in (4, 5, 6)]
    new = sum(strings.count(strings[place]) == 1 for place in (0, 2))
    (found,) = novelty(store, store.answers.training(), gold, ["PART"])

    assert (4, 2 + new) == (found.names, found.new)
