"""Cold start: selects short texts and passages, by examples of labels or at random, and matches, before a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import log1p

from loop.timing import PRIOR

# Most questions about the same string: a repeated mention teaches less than a new one.
SAME_STRING = 2
# Most tokens that are asked about of a long text.
SHORT_PASSAGE = 40
# Share of the texts that are short enough, at random and by examples: many short answers bring more rounds than few
# long ones.
SHORT, TELLING = 1 / 2, 1 / 3
# In a language without a list of stop words, those that stand in more of the texts are ones.
COMMON = 0.05
# A content word weighs the logarithm of the texts that have it, and so much more if it has a capital letter inside a
# sentence, or is an example of a label.
CAPITAL, EXAMPLE = 2.0, 20.0


def short_ones(lengths: Sequence[int], *, share: float = SHORT) -> list[int]:
    """Indices of the texts that are no longer than this share of all, in order.

    They bring the first model sooner than random texts, and say more than the most typical ones.
    """
    most = sorted(lengths)[int(share * (len(lengths) - 1))] if lengths else 0
    return [i for i, length in enumerate(lengths) if length <= most]


def most_telling(
    texts: Sequence[Sequence[str]], *, n: int, stop_words: Collection[str], likeness: Mapping[str, float]
) -> list[int]:
    """Indices of up to `n` short texts, those first that say most in the seconds that they take to read.

    A text says what its content words weigh, of which none counts in more than `SAME_STRING` texts.

    Args:
        texts: the words of each.
        n: how many at most.
        stop_words: in lower case; all other words are content words. If there are none, common words say nothing.
        likeness: how like the examples of labels a word in lower case is, 0 to 1; 0 for all others.
    """
    stop_words = stop_words or _common(texts)
    weights = _weights([_content(words, stop_words) for words in texts], likeness)
    seconds = [PRIOR.seconds(tokens=len(words), spans=0, edits=0) for words in texts]
    seen: Counter[str] = Counter()
    left = set(short_ones([len(words) for words in texts], share=TELLING))
    chosen: list[int] = []

    def rate(i: int) -> float:
        return sum(weight for word, weight in weights[i].items() if seen[word] < SAME_STRING) / seconds[i]

    while left and len(chosen) < n:
        best = max(left, key=lambda i: (rate(i), -i))
        left.remove(best)
        chosen.append(best)
        seen.update(weights[best].keys())
    return chosen


def _common(texts: Sequence[Sequence[str]]) -> set[str]:
    several = Counter(word for words in texts for word in {word.lower() for word in words})
    return {word for word, n in several.items() if n > max(1, COMMON * len(texts))}


def _content(words: Sequence[str], stop_words: Collection[str]) -> dict[str, bool]:
    """The content words of a text in lower case, and whether they have a capital letter inside a sentence."""
    found: dict[str, bool] = {}
    for before, word in pairwise(["", *words]):
        plain = word.lower()
        if any(map(str.isalnum, word)) and plain not in stop_words:
            found[plain] = found.get(plain, False) or (word[0].isupper() and before[-1:].isalnum())
    return found


def _weights(content: Sequence[Mapping[str, bool]], likeness: Mapping[str, float]) -> list[dict[str, float]]:
    texts = Counter(word for words in content for word in words)
    return [
        {
            word: log1p(texts[word]) + CAPITAL * capital + EXAMPLE * likeness.get(word, 0)
            for word, capital in one.items()
        }
        for one in content
    ]


def most_matched(matches: Sequence[Sequence[str]], *, n: int) -> list[int]:
    """Indices of up to `n` texts with pattern matches, those with the most unseen matches first.

    Args:
        matches: for each text, the strings that patterns matched.
        n: how many at most; no string is chosen more than `SAME_STRING` times.
    """
    seen: Counter[str] = Counter()
    left = {i for i, strings in enumerate(matches) if strings}
    chosen: list[int] = []

    def fresh(i: int) -> int:
        return sum(seen[string.lower()] < SAME_STRING for string in set(matches[i]))

    while left and len(chosen) < n:
        best = max(left, key=lambda i: (fresh(i), -i))
        if not fresh(best):
            break
        left.remove(best)
        chosen.append(best)
        seen.update({string.lower() for string in matches[best]})
    return chosen
