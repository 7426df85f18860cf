"""The places of texts that may be asked about: a text, or a passage of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from loop.acquire.passages import TokenRange, random_stretches
from loop.acquire.queue import Pick
from loop.acquire.text_ends import sentence_ends
from loop.records import Passage, Stream
from loop.scoring.questions import Read
from loop.trainer.known_passages import token_ranges


class Place(NamedTuple):
    """A text that was read, or a passage of it.

    Attributes:
        passage: its tokens; None for all that was read.
    """

    read: Read
    passage: TokenRange | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that would be asked about."""
        return self.read.words[slice(*self.passage or (None,))]

    @property
    def matches(self) -> list[str]:
        """The strings there that patterns matched."""
        text, start, end = self.read.text.text, *self.read.characters(self.passage)
        return [text[match.start : match.end] for match in self.read.matches if match.touches((start, end))]

    def pick(self, stream: Stream) -> Pick:
        """The choice of this place for a queue."""
        return Pick(self.read.text.id, stream, self.read.at, self.passage)


def random_places(
    read: Iterable[Read],
    longest: int,
    rng: Random,
    *,
    most: int = 1,
    near: Sequence[Passage] | None = None,
    stretch: int | None = None,
) -> list[Place]:
    """What to ask about at random: of each text all or, if it is too long or known in part, up to `most` passages.

    These are the surroundings of what is `near` or, without that, of the patterns' matches, if there are any. Of a text
    that is known there is none.

    Args:
        read: the texts.
        longest: most tokens of a text that is asked about as a whole.
        rng: of the draw.
        most: how many passages at most.
        near: passages.
        stretch: most tokens of a passage; by default `longest`.
    """
    found = []
    for one in read:
        if not one.known and len(one.tokens) <= longest:
            found.append(Place(one))
            continue
        around = token_ranges(one, near or [(match.start, match.end) for match in one.matches])
        drawn = random_stretches(
            len(one.tokens),
            min(longest, stretch or longest),
            rng,
            most=most,
            known=one.known,
            near=around,
            ends=_sentence_ends(one),
        )
        found += [Place(one, passage) for passage in drawn]
    return found


def _sentence_ends(read: Read) -> list[int]:
    """The tokens before which a sentence ends."""
    starts = [start for start, _ in read.tokens]
    return [bisect_left(starts, read.at + end) for end in sentence_ends(read.text.text[slice(*read.characters(None))])]
