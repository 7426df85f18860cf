"""What answers about passages have settled of texts that are still asked about, and what is left to ask."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from random import Random

from loop.acquire.passages import TokenRange
from loop.acquire.sections import sections
from loop.answer_parts import Schemes
from loop.records import Answer, Passage, Text
from loop.scoring.questions import Read
from loop.settled import gaps, settled


class KnownPassages:
    """Which parts of texts are known that are still asked about, because all their answers are about passages.

    Args:
        answers: standing answers.
        schemes: the labels that they cover.
        labels: the labels in force; what is not known of all of them is asked again.
    """

    def __init__(self, answers: Iterable[Answer], schemes: Schemes, labels: Collection[str]) -> None:
        given = [answer for answer in answers if answer.passage is not None and not answer.repeat]
        self.texts = frozenset(answer.text_id for answer in given)
        self._known = settled(given, schemes, labels)

    def sections(self, texts: Collection[Text], rng: Random, *, at_least: int = 1) -> dict[int, list[Passage]]:
        """For each long text random sections that are not known, if possible such in which nothing is.

        There are more than one of each as long as the texts and sections are fewer than `at_least`.
        """
        left = {}
        for text in texts:
            if len(every := sections(text.text)) > 1:
                left[text.id] = self._open(text, rng.sample(every, len(every)))
        short, most, longest = len(texts) - len(left), 1, max(map(len, left.values()), default=0)
        while short + sum(len(each[:most]) for each in left.values()) < at_least and most < longest:
            most += 1
        return {id_: each[:most] for id_, each in left.items()}

    def _open(self, text: Text, every: Iterable[Passage]) -> list[Passage]:
        """Those of these sections that are not known, first those in which nothing is."""
        known = {one: self._within(text.id, one) for one in every}
        left = [one for one in known if any(text.text[slice(*gap)].strip() for gap in _gaps_in(one, known[one]))]
        return sorted(left, key=lambda one: bool(known[one]))

    def _within(self, text_id: int, section: Passage) -> list[Passage]:
        return [one for one in self._known.get(text_id, ()) if one[0] < section[1] and section[0] < one[1]]

    def known_in(self, read: Read) -> tuple[TokenRange, ...]:
        """The token ranges of what was read in which all spans are known, in order, none touching another.

        White space between them, and at both ends, is not worth a question.
        """
        known, n = token_ranges(read, self._known.get(read.text.id, ())), len(read.tokens)
        blank = [gap for gap in gaps(n, known) if not read.string(*gap).strip()] if known else []
        merged: list[TokenRange] = []
        for first, last in sorted([*known, *blank]):
            if merged and first <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        return tuple(merged)


def _gaps_in(section: Passage, known: Iterable[Passage]) -> list[Passage]:
    start, end = section
    inside = [(max(start, first) - start, min(end, last) - start) for first, last in known]
    return [(start + first, start + last) for first, last in gaps(end - start, inside)]


def token_ranges(read: Read, passages: Iterable[Passage]) -> list[TokenRange]:
    """The tokens that these passages touch, without those that touch none."""
    starts, ends = ([token[n] for token in read.tokens] for n in (0, 1))
    ranges = ((bisect_right(ends, start), bisect_left(starts, end)) for start, end in passages)
    return [(first, last) for first, last in ranges if first < last]
