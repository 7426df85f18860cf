from __future__ import annotations

import spacy
from terms_kitchen import pool_of

from loop.held_out import Teaching
from loop.patterns.matching import Patterns
from loop.patterns.parsing import Pattern
from loop.records import Text
from loop.terms.pool_terms import Place, PoolTerms


def proposed(*texts: str, language: str = "en") -> set[str]:
    return {" ".join(words) for words in pool_of(*texts, language=language).candidates}


def test_words_are_proposed_and_function_words_numbers_urls_and_single_letters_are_not():
    found = proposed(
        "The pump of http://a.example cost 300 or three at x; mail me@b.example, 2nd try.", "And the pump?"
    )

    assert {"pump", "cost", "mail", "try"} <= found
    assert not {"the", "of", "or", "http://a.example", "300", "three", "x", "me@b.example", ";", ","} & found


def test_words_that_keep_together_are_one_term_and_no_fragments_of_it_beside_it():
    texts = [f"Somebody {verb} the brake disc rotor {verb}." for verb in ("bent", "saw", "sold", "made", "lost", "got")]

    assert "brake disc rotor" in proposed(*texts)
    assert not {"brake", "disc", "rotor", "brake disc", "disc rotor", "the brake disc rotor"} & proposed(*texts)


def test_a_word_that_also_stands_alone_is_a_term_beside_the_longer_one():
    texts = ["the brake disc is worn", "a brake disc was bent", "her disc", "his disc", "its disc and their disc"]

    assert {"brake disc", "disc"} <= proposed(*texts)


def test_no_term_crosses_punctuation_lines_or_texts():
    parts = ["worn brake, disc", "worn brake\ndisc", "worn brake", "disc worn"]

    assert "brake disc" not in proposed(*parts, *parts)
    assert pool_of(*parts).term(("brake", "disc")) is None


def test_a_language_without_stop_words_leaves_out_what_most_texts_contain():
    texts = [
        f"na {word} na" for word in ("bicikl", "kotač", "lanac", "pedala", "sedlo", "vilica", "zvono", "blatobran")
    ]

    assert "na" not in proposed(*texts, language="xx")
    assert "pedala" in proposed(*texts, language="xx")


def test_a_term_is_found_in_any_case_and_shown_as_it_is_written_most_often():
    pool = pool_of("An iPhone broke.", "My iPhone!", "IPHONE, iphone?")
    term = pool.term(pool.words_of("Iphone"))

    assert ("iPhone", 4, 3) == (term.string, term.count, term.texts)
    assert all(place.text[place.start : place.end].lower() == "iphone" for place in term.places)


def test_three_places_are_drawn_from_different_texts_and_always_the_same_ones():
    texts = [f"{n} hub and hub" for n in range(9)]
    places = [pool_of(*texts).term(("hub",)).places for _ in range(2)]

    assert places[0] == places[1]
    assert 3 == len({place.text for place in places[0]})
    assert (Place("0 hub and hub", 2, 5),) == pool_of(texts[0]).term(("hub",)).places


def test_a_term_is_counted_as_often_as_its_pattern_matches():
    texts = ["The U.S. and the u.s. office, U.S.", "low-fat milk; Low-Fat", "İstanbul istanbul", "don't do it, DON'T"]
    nlp = spacy.blank("en")
    pool = PoolTerms([Teaching(Text(n, text)) for n, text in enumerate(texts)], nlp)
    for string in ("u.s.", "low-fat", "istanbul", "don't"):
        patterns = Patterns(nlp, [Pattern("A", string, "f", 1)], labels=["A"])
        matches = sum(len(patterns.matches(nlp(text), nlp)) for text in texts)

        assert matches == pool.term(pool.words_of(string)).count, string


def test_what_occurs_nowhere_is_no_term_and_a_pool_without_words_has_none():
    assert pool_of("a hub").term(("saddle",)) is None
    assert pool_of("a hub").term(()) is None
    assert {} == pool_of("...").candidates
    assert {} == pool_of("").candidates


def test_no_word_of_the_pool_reaches_the_vocabulary_of_the_pipeline():
    nlp = spacy.blank("en")
    before = len(nlp.vocab.strings)
    pool = PoolTerms([Teaching(Text(1, "Mrs Quibblethwaite has zyxpneumonia, Mrs Quibblethwaite"))], nlp)
    term = pool.term(pool.words_of("Quibblethwaite"))

    assert 2 == term.count
    assert before == len(nlp.vocab.strings)
    assert "quibblethwaite" not in nlp.vocab.strings
    assert not nlp.vocab.has_vector("quibblethwaite")


def test_texts_of_a_language_without_spaces_have_terms_too():
    found = proposed("他买了山地自行车。", "山地自行车坏了。", "她修山地自行车。", language="zh")

    assert any("自" in term for term in found)
