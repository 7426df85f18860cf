"""What answers about passages have settled of texts that are still asked about, and what is left to ask."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from random import Random

from loop.acquire.passages import TokenRange, random_stretch
from loop.acquire.sections import sections
from loop.records import Answer, Passage, Text
from loop.scoring.questions import Read
from loop.truth import Schemes


class KnownPassages:
    """Which parts of texts are known that are still asked about, because all their answers are about passages.

    Args:
        answers: standing answers.
        schemes: the labels that they cover.
        labels: the labels in force; what is not known of all of them is asked again.
    """

    def __init__(self, answers: Iterable[Answer], schemes: Schemes, labels: Collection[str]) -> None:
        self._known: dict[int, list[Passage]] = {}
        about = [answer for answer in answers if answer.passage is not None and not answer.repeat]
        self.texts = frozenset(answer.text_id for answer in about)
        for answer in about:
            if answer.passage is not None and set(labels) <= set(schemes[answer.scheme]):
                self._known.setdefault(answer.text_id, []).append(answer.passage)

    def sections(self, texts: Iterable[Text], rng: Random) -> dict[int, Passage]:
        """For each long text a random section, if possible one in which nothing is known."""
        chosen = {}
        for text in texts:
            if len(every := sections(text.text)) > 1:
                fresh = [one for one in every if not self._within(text.id, one)]
                chosen[text.id] = rng.choice(fresh or every)
        return chosen

    def _within(self, text_id: int, section: Passage) -> list[Passage]:
        return [one for one in self._known.get(text_id, ()) if one[0] < section[1] and section[0] < one[1]]

    def known_in(self, read: Read) -> list[TokenRange]:
        """The token ranges of what was read in which all spans are known, in order, none touching another."""
        merged: list[TokenRange] = []
        for first, last in sorted(token_ranges(read, self._known.get(read.text.id, ()))):
            if merged and first <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        return merged


def token_ranges(read: Read, passages: Iterable[Passage]) -> list[TokenRange]:
    """The tokens that these passages touch, without those that touch none."""
    starts, ends = ([token[n] for token in read.tokens] for n in (0, 1))
    ranges = ((bisect_right(ends, start), bisect_left(starts, end)) for start, end in passages)
    return [(first, last) for first, last in ranges if first < last]


def stretches(read: Iterable[Read], answered: KnownPassages, longest: int, rng: Random) -> dict[int, TokenRange | None]:
    """What to ask about at random in texts that are too long or known in part, by text; None where too little is left.

    Where a pattern matches, it is the surroundings of a match.
    """
    found = {}
    for one in read:
        known = answered.known_in(one)
        if known or len(one.tokens) > longest:
            near = token_ranges(one, ((match.start, match.end) for match in one.matches))
            found[one.text.id] = random_stretch(len(one.tokens), longest, rng, known=known, near=near)
    return found
