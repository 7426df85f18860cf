"""Guess the language of texts: by their script where that is certain, else by spaCy's stop words."""

from __future__ import annotations

import runpy
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

# Scripts (as Unicode names them) with the languages that spaCy tokenizes and has enough stop words for.
SCRIPTS: Mapping[str, Mapping[str, str]] = {
    "LATIN": {
        "af": "Afrikaans",
        "az": "Azerbaijani",
        "ca": "Catalan",
        "cs": "Czech",
        "da": "Danish",
        "de": "German",
        "en": "English",
        "es": "Spanish",
        "et": "Estonian",
        "eu": "Basque",
        "fi": "Finnish",
        "fr": "French",
        "ga": "Irish",
        "gd": "Scottish Gaelic",
        "hr": "Croatian",
        "ht": "Haitian Creole",
        "hu": "Hungarian",
        "id": "Indonesian",
        "is": "Icelandic",
        "it": "Italian",
        "kmr": "Kurmanji",
        "la": "Latin",
        "lb": "Luxembourgish",
        "lg": "Luganda",
        "lij": "Ligurian",
        "lt": "Lithuanian",
        "lv": "Latvian",
        "ms": "Malay",
        "nb": "Norwegian Bokmål",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "ro": "Romanian",
        "sk": "Slovak",
        "sl": "Slovenian",
        "sq": "Albanian",
        "sv": "Swedish",
        "tl": "Tagalog",
        "tn": "Setswana",
        "tr": "Turkish",
        "vi": "Vietnamese",
        "yo": "Yoruba",
    },
    "CYRILLIC": {
        "bg": "Bulgarian",
        "ky": "Kyrgyz",
        "mk": "Macedonian",
        "ru": "Russian",
        "sr": "Serbian",
        "tt": "Tatar",
        "uk": "Ukrainian",
    },
    "ARABIC": {"ar": "Arabic", "fa": "Persian", "ur": "Urdu"},
    "DEVANAGARI": {"hi": "Hindi", "mr": "Marathi", "ne": "Nepali", "sa": "Sanskrit"},
    "ETHIOPIC": {"am": "Amharic", "ti": "Tigrinya"},
    "GREEK": {"el": "Greek"},
    "HEBREW": {"he": "Hebrew"},
    "ARMENIAN": {"hy": "Armenian"},
    "BENGALI": {"bn": "Bengali"},
    "GUJARATI": {"gu": "Gujarati"},
    "KANNADA": {"kn": "Kannada"},
    "MALAYALAM": {"ml": "Malayalam"},
    "SINHALA": {"si": "Sinhala"},
    "TAMIL": {"ta": "Tamil"},
    "TELUGU": {"te": "Telugu"},
    "HANGUL": {"ko": "Korean"},
    "HIRAGANA": {"ja": "Japanese"},
    "CJK": {"zh": "Chinese"},
    "THAI": {"th": "Thai"},
}
# Any language of these scripts: without spaces between words.
UNSPACED = frozenset({"CJK", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"})
_SAME = {"KATAKANA": "HIRAGANA", "FULLWIDTH": "LATIN", "HALFWIDTH": "HIRAGANA"}
# The part of Japanese that is written in kana is a third and more; Chinese quotes single words.
_KANA = 0.1
# A guess needs as many words, such a share of stop words, and more of them than other languages by this factor.
_WORDS, _CLEAR, _AHEAD = 50, 0.2, 1.25


class Guess(NamedTuple):
    """A language, by its code and name."""

    code: str
    name: str


@lru_cache(1 << 16)
def script(character: str) -> str:
    """The script of a letter, as Unicode names it, such as LATIN or CJK; "" for all else."""
    if not character.isalpha():
        return ""
    name = unicodedata.name(character, "").split(" ", 1)[0].split("-")[0]
    return _SAME.get(name, name)


def main_script(texts: Iterable[str]) -> str:
    """The script of more than half of the letters; "" if there is none."""
    counts = Counter(map(script, "".join(texts)))
    del counts[""]
    letters = counts.total()
    if counts["HIRAGANA"] > _KANA * (counts["HIRAGANA"] + counts["CJK"]):
        counts["HIRAGANA"] += counts.pop("CJK", 0)
    most = counts.most_common(1)
    return most[0][0] if most and most[0][1] > letters / 2 else ""


def other_language(texts: Sequence[str], known: str) -> Guess | None:
    """The language of the texts if it is clearly another than `known`, a code of spaCy's."""
    languages = SCRIPTS.get(written := main_script(texts), {})
    one = Guess(*next(iter(languages.items()))) if len(languages) == 1 else None
    if not languages or (one and known in languages):
        return None
    if one and written in UNSPACED:
        return one
    words = [word for text in texts for word in _words(text)]
    own = _share(words, known)
    if own is None or own >= _CLEAR:
        return None
    return one or (_likeliest(words, languages, own) if len(words) >= _WORDS else None)


def _likeliest(words: Sequence[str], languages: Mapping[str, str], own: float) -> Guess | None:
    """The language with the most stop words among these, if its lead is clear, also over the base's `own`."""
    shares = Counter({code: _share(words, code) or 0.0 for code in languages})
    (best, share), (_, next_) = shares.most_common(2)
    clear = share >= _CLEAR and share >= _AHEAD * next_ and own <= share / 2
    return Guess(best, languages[best]) if clear else None


def _words(text: str) -> list[str]:
    return [bare for word in text.lower().split() if (bare := word.strip(".,;:!?…\"'()[]«»“”„‘’–—"))]


def _share(words: Sequence[str], code: str) -> float | None:
    """The share of the words that are stop words of a language; None if spaCy knows none, or there are no words."""
    stop_words = _stop_words(code)
    return sum(word in stop_words for word in words) / len(words) if stop_words and words else None


@cache
def _stop_words(code: str) -> frozenset[str]:
    """The stop words of a language, read without importing spaCy's language, which takes 50 times as long."""
    with as_file(files("spacy.lang") / code / "stop_words.py") as file:
        return frozenset(runpy.run_path(str(file))["STOP_WORDS"]) if file.is_file() else frozenset()
