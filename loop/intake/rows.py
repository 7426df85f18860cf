"""Answers beside each other in the files that they come from: who gave them, and which of them say something new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

from loop.errors import InputError
from loop.formats import RawText
from loop.intake.remarks import Remarking
from loop.records import Answer
from loop.store import NewAnswer, Store
from loop.truth import parts, resolve

# How ids begin that were made from the content of a row.
FROM_ROWS = ("row:", "prodigy:")


class AnswerRow(NamedTuple):
    """An answer on its way in, and the row that it comes from."""

    raw: RawText
    new: NewAnswer

    @property
    def key(self) -> tuple[str, str]:
        """What one annotator answers once."""
        return self.raw.text, self.new.answer.annotator


def named(rows: Sequence[AnswerRow], annotator: str, store: Store) -> Iterator[AnswerRow]:
    """The rows with the names of those who answered, which are part of their ids: two people may answer alike."""
    there = store.answers.annotators([row.new.answer.id for row in rows])
    for raw, new in rows:
        answer = replace(new.answer, annotator=new.answer.annotator or annotator)
        known = there.get(answer.id) == answer.annotator
        if not known and (answer.id in there or (answer.id.startswith(FROM_ROWS) and not new.answer.annotator)):
            name = blake2b(answer.annotator.encode(), digest_size=4).hexdigest()
            answer = replace(answer, id=f"{answer.id}:{name}")
        yield AnswerRow(raw, replace(new, answer=answer))


def one_each(
    rows: Iterable[AnswerRow], labels: frozenset[str], tally: Counter[str], remarking: Remarking, *, last: bool
) -> list[AnswerRow]:
    """The rows without those that say nothing new beside an earlier one, or of which a later one leaves nothing.

    Raises:
        InputError: one contradicts an earlier one of the same annotator, and it is not said that the last one stands.
    """
    schemes: dict[int, frozenset[str]] = {}
    said: dict[tuple[str, str], list[Answer]] = {}
    kept: dict[int, AnswerRow] = {}
    silent: set[int] = set()
    for rank, row in enumerate(rows):
        schemes[rank] = labels if row.new.asked is None else row.new.asked
        answer = replace(row.new.answer, scheme=rank, rank=rank)
        before, now = said.setdefault(row.key, []), resolve([answer], schemes)
        if not last and (other := next((one for one in before if resolve([one], schemes).contradicts(now)), None)):
            raise _answered_twice(kept[other.rank], row)
        if now.labels and resolve(before, schemes).implies(now):
            tally["known"] += 1
            continue
        before.append(answer)
        kept[rank] = row
        silent |= set() if now.parts else {rank}
    counting = {part.answer.rank for given in said.values() for part in parts(given, schemes)}
    outdone = kept.keys() - counting - silent
    for rank in sorted(outdone):
        remarking.note("outdone", kept[rank].raw)
    return [row for rank, row in kept.items() if rank not in outdone]


def _answered_twice(first: AnswerRow, second: AnswerRow) -> InputError:
    one, other, who = first.raw, second.raw, second.new.answer.annotator
    where = f"line {one.line}" if one.source == other.source else f"{one.source}, line {one.line}"
    same = (one.source, one.line) == (other.source, other.line)
    again = "holds two different answers" if same else f"answers the same text as {where}, but differently"
    hint = "--last lets the last one stand. If several people answered, the rows have to name them, or else "
    hint += "--annotator NAME, for a file of each."
    return InputError(other.source, f"{again}, by the same annotator ({who}).", line=other.line, hint=hint)
