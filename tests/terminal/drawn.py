"""What is marked on the screen, read off its rows alone, and questions with every source of suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import numpy as np
from hypothesis import strategies as st
from terminal_project import LABELS

from loop.alignment import filter_spans
from loop.editing import Likely, Range, Suggester
from loop.editing.marks import overlap
from loop.lattice import Lattice, Transitions
from loop.records import Question, Span, Text, TokenSpan
from loop.scoring.questions import Read, question
from loop.suggest import suggester_of
from loop.terminal.body import Row
from loop.terminal.glyphs import width

COLUMNS = 200  # every text fits on one line


class Drawn(NamedTuple):
    """A name under the text: what it says, and the characters above it that are coloured as its span."""

    span: Span
    name: str


def drawn_on(rows: Sequence[Row], text: str) -> list[Drawn]:
    """The spans of a text of one line that is on the screen; what is only offered has no colour and is left out."""
    return [one for one in named_on(rows, text) if one.span.label]


def named_on(rows: Sequence[Row], text: str) -> list[Drawn]:
    """The same with what is offered, as spans without a label and without an extent."""
    at = next(n for n, row in enumerate(rows) if "".join(part for _, part in row) == f"  {text}")
    above = [style for style, part in rows[at] for _ in part]
    names = [(start, style, part) for start, style, part in _placed(rows[at + 1]) if style]
    starts = {start for start, _, _ in names}
    found = []
    for start, style, name in names:
        number = re.fullmatch(r"class:chip(\d)", style)
        behind = range(start + 1, len(above) + 1)
        ends = (n for n in behind if n in starts or n == len(above) or f"class:span{number[1]}" not in above[n])
        end, label = (next(ends), LABELS[int(number[1])]) if number else (start, "")
        found.append(Drawn(Span(start - 2, end - 2, label), name))
    return found


def _placed(row: Row) -> Iterator[tuple[int, str, str]]:
    column = 0
    for style, part in row:
        yield column, style, part
        column += width(part)


class Asked(NamedTuple):
    """A question, and what of its suggestions comes from others than the model."""

    question: Question
    elsewhere: frozenset[Span]
    suggester: Suggester | None


Place = tuple[int, int, str]
"""A span of one or two words: the first, how many, and its label."""

place = st.tuples(st.integers(0, 5), st.integers(1, 2), st.sampled_from(LABELS))


@dataclass(frozen=True)
class Told:
    """What a model, a file, another pipeline and patterns say about a text, often the same."""

    words: list[str]
    model: Literal["lattice", "fickle", "none"]
    seed: int
    analyses: list[list[Place]]
    elsewhere: list[list[Place]]

    def asked(self) -> Asked:
        """The question that is made of it."""
        text = " ".join(self.words)
        tokens = tuple(match.span() for match in re.finditer(r"\S+", text))
        suggested, others, matches = (self._spans(said, tokens) for said in self.elsewhere)
        fickle = Fickle([marks_of(self._spans(said, tokens), tokens) for said in self.analyses])
        made: Any = {"lattice": made_lattice(self.seed, len(tokens)), "fickle": fickle, "none": None}[self.model]
        read = Read(Text(0, text, suggested=suggested), tokens, tuple(self.words), made, matches=matches, others=others)
        asked = question(read, stream="uncertain", round=1)
        elsewhere = frozenset(asked.prediction) & {*suggested, *others, *matches}
        return Asked(asked, elsewhere, fickle if made is fickle else suggester_of(asked))

    @staticmethod
    def _spans(said: Sequence[Place], tokens: Sequence[Range]) -> tuple[Span, ...]:
        there = [(start, min(start + length, len(tokens)), label) for start, length, label in said]
        return filter_spans({Span(tokens[a][0], tokens[b - 1][1], label) for a, b, label in there if a < b})


told = st.builds(
    Told,
    words=st.lists(st.sampled_from(["SRAM", "Rival", "rival", "a", "chain", "of"]), min_size=1, max_size=6)
    | st.just(["SRAM", "a", "Rival", "chain", "of", "SRAM"]),
    model=st.sampled_from(["lattice", "fickle", "fickle", "none"]),
    seed=st.integers(0, 1000),
    analyses=st.lists(st.lists(place, min_size=1, max_size=4), min_size=3, max_size=3),
    elsewhere=st.lists(st.lists(place, max_size=1), min_size=3, max_size=3),
)


def marks_of(spans: Sequence[Span], tokens: Sequence[Range]) -> tuple[TokenSpan, ...]:
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    return tuple(TokenSpan(starts.index(s.start), ends.index(s.end) + 1, s.label) for s in spans)


class Fickle:
    """A model that reads a text as the first of some analyses that agree with what is decided: it takes much back."""

    def __init__(self, analyses: Sequence[tuple[TokenSpan, ...]]) -> None:
        self.known = analyses

    def analyses(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> list[tuple[TokenSpan, ...]]:
        taken = [*fixed, *blank]
        free = [tuple(m for m in one if not any(overlap(m, other) for other in taken)) for one in self.known]
        turned = len(taken) % len(free)
        return [tuple(sorted([*fixed, *one])) for one in [*free[turned:], *free[:turned]]][:k]

    def likely(self, *_: object) -> list[Likely]:
        return [Likely(mark, 0.5) for mark in sorted({mark for analysis in self.known for mark in analysis})]

    # As far as a question asks for a lattice.
    def spans(self, _: float) -> list[tuple[TokenSpan, float]]:
        return [(TokenSpan(*item.mark), 0.5) for item in self.likely()]

    def best(self, k: int) -> list[SimpleNamespace]:
        return [SimpleNamespace(spans=[TokenSpan(*mark) for mark in one]) for one in self.known[:k]]

    def to_bytes(self) -> bytes:
        return b""

    entropy = 1.0


def made_lattice(seed: int, n: int) -> Lattice:
    """A lattice of all spans of one or two tokens, of random probability."""
    rng = np.random.default_rng(seed)
    starts = np.repeat(np.arange(n), 2)
    begins = starts[starts < n - 1]
    chances = [np.log(rng.dirichlet([2.0] * (5 if i < n - 1 else 3))) for i in range(n)]
    return Lattice(
        Transitions(
            labels=LABELS,
            out=np.array([logp[0] for logp in chances]),
            dropped=np.zeros((2, n)),
            unit_start=starts,
            unit_label=np.tile([0, 1], n),
            unit_logp=np.concatenate([logp[1:3] for logp in chances]),
            begin_start=begins,
            begin_label=np.tile([0, 1], n - 1),
            begin_logp=np.concatenate([*(logp[3:] for logp in chances[:-1]), []]),
            begin_length=np.ones_like(begins),
            last=np.full(len(begins), np.inf),
        )
    )
