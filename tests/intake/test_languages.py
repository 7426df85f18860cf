from __future__ import annotations

import runpy
from importlib.resources import as_file, files

import pytest

from loop.intake.languages import main_script, other_language


def examples(code: str) -> list[str]:
    """The sentences that spaCy has as examples of a language."""
    with as_file(files("spacy.lang") / code / "examples.py") as file:  # importing a language takes seconds
        return list(runpy.run_path(str(file))["sentences"])


@pytest.mark.parametrize(
    "code",
    [
        "da",
        "de",
        "es",
        "fi",
        "fr",
        "hr",
        "it",
        "nb",
        "nl",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "vi",
        "ar",
        "el",
        "fa",
        "he",
        "hi",
        "ja",
        "ko",
        "ta",
        "uk",
        "zh",
    ],
)
def test_a_language_is_told_from_english_and_not_from_itself(code: str) -> None:
    texts = examples(code) * 3
    guess = other_language(texts, "en")

    assert guess is not None
    assert code == guess.code
    assert other_language(texts, code) is None


@pytest.mark.parametrize(("known", "texts"), [("en", "nn"), ("nn", "nb"), ("id", "ms"), ("en", "ms"), ("grc", "grc")])
def test_what_is_not_clear_is_not_said(known: str, texts: str) -> None:
    found = other_language(examples(texts) * 3, known)

    assert (None if texts != "nn" else "nb") == (found and found.code)


def test_a_few_words_titles_and_a_multilingual_base_give_no_guess() -> None:
    assert other_language(["Der Hund ist nicht da."], "en") is None
    assert other_language(["iPhone 12 Pro Max 256GB", "Bosch Professional GSR 12V-15"] * 50, "en") is None
    assert other_language(examples("de") * 3, "xx") is None
    assert other_language(["…", "42"], "en") is None
    assert other_language([], "en") is None


def test_an_english_text_about_german_words_is_english() -> None:
    text = "The German word Schadenfreude is used in English because there is no other word for what it says. "

    assert other_language([text] * 5, "en") is None
    assert ("en", "English") == other_language([text] * 5, "de")


@pytest.mark.parametrize("known", ["xx", "en", "ko"])
def test_a_script_without_spaces_needs_its_own_tokenizer_even_in_a_multilingual_base(known: str) -> None:
    assert ("zh", "Chinese") == other_language(["今天天气很好"], known)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("今天天气很好", "CJK"),
        ("これは日本語の文章です", "HIRAGANA"),
        ("コンピュータと漢字", "HIRAGANA"),
        ("Ｆｕｌｌ", "LATIN"),
        ("Привет Bob", "CYRILLIC"),
        ("42 – 7", ""),
        ("", ""),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script == main_script([text])
