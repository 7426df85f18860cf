from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import spacy

from loop.intake import Finding, Survey
from loop.store import NewText


def found(texts: Iterable[str], base: str = "en", **how: Any) -> dict[str, Finding]:
    survey = Survey(**how)
    list(survey.watch(map(NewText, texts)))
    return {finding.kind: finding for finding in survey.findings(spacy.blank(base))}


def test_lengths_are_counted_over_all_texts_in_words() -> None:
    long = found(["word " * 200, "word " * 201, "word " * 1_212, *["short"] * 1_997])["long"]

    assert (2, 2_000, "all", 1_212, False) == (long.texts, long.of, long.within, long.most, long.unspaced)


def test_lengths_of_a_script_without_spaces_are_counted_in_characters() -> None:
    long = found(["看" * 401, "看" * 400], "zh")["long"]

    assert (1, 401, True) == (long.texts, long.most, long.unspaced)


@pytest.mark.parametrize(("several", "said"), [(4, False), (5, True), (10, True)])
def test_sentences_are_said_where_half_of_the_texts_have_several(several: int, said: bool) -> None:
    texts = ["One here. Two there."] * several + ["Only one."] * (10 - several)

    assert said == ("sentences" in found(texts))
    assert "sentences" not in found(texts, split="sentence")


def test_what_takes_long_is_looked_for_in_a_sample_and_says_so() -> None:
    sentences = found(["One here. Two there."] * 3_000)["sentences"]

    assert (1_000, 1_000, "sample") == (sentences.texts, sentences.of, sentences.within)


def test_a_sample_is_of_all_texts() -> None:
    some = found([*["Only one."] * 2_000, *["One here. Two there."] * 4_000])["sentences"]

    assert 600 < some.texts < 733


def twins(n: int) -> list[str]:
    """Pairs of texts that differ in a digit."""
    return [" ".join(f"{word}{pair}" for word in "abcdefghijkl") + f" {twin}" for pair in range(n) for twin in (1, 2)]


def test_near_duplicates_are_counted_in_the_first_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loop.intake.survey.COMPARED", 30)

    near = found(twins(40))["near"]

    assert (15, 30, "first") == (near.texts, near.of, near.within)


def test_long_texts_count_for_many_when_near_duplicates_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loop.intake.survey.COMPARED_CHARACTERS", sum(map(len, twins(5))))

    assert 10 == found(twins(40))["near"].of


def test_one_near_duplicate_in_many_is_not_worth_a_word() -> None:
    others = [f"{n} is a text" for n in range(99)]

    assert {} == found(twins(1) + others)
    assert 1 == found(twins(1) + others[:98])["near"].texts


def test_a_tokenizer_that_knows_the_script_parts_its_words() -> None:
    texts = ["看似简单，只是二选一做决择，但其实他们代表的是你周遭的亲朋好友。"]

    assert {"unparted"} == found(texts).keys()
    assert {} == found(texts, "zh")


def test_words_of_a_script_without_spaces_in_other_texts_are_counted_without_another_language() -> None:
    texts = [*["The sign says what it says, and we do not know what that is."] * 9, "看似简单只是二选一做决择但其实"]
    finding = found(texts)["unparted"]

    assert (1, 10, 15, None) == (finding.texts, finding.of, finding.most, finding.language)


def test_no_texts_give_no_findings() -> None:
    assert {} == found([])
