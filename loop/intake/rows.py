"""Rows of answers to import: name their annotators, and drop those that say nothing new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import count
from typing import NamedTuple

from loop.errors import InputError
from loop.formats import RawText
from loop.intake.remarks import Remarking
from loop.records import Answer
from loop.store import NewAnswer, Store
from loop.truth import parts, resolve

# Prefix of ids made from a row's content.
FROM_ROWS = ("row:", "prodigy:")


class AnswerRow(NamedTuple):
    """An answer to import, and its row."""

    raw: RawText
    new: NewAnswer

    @property
    def key(self) -> tuple[str, str]:
        """Text and annotator: an annotator answers a text once."""
        return self.raw.text, self.new.answer.annotator


def with_annotators(rows: Sequence[AnswerRow], annotator: str, store: Store) -> Iterator[AnswerRow]:
    """The rows with annotators' names, also in their ids: two people may give the same answer."""
    there = store.answers.annotators([row.new.answer.id for row in rows])
    taken_back = store.imports.taken_back()
    for raw, new in rows:
        answer = replace(new.answer, annotator=new.answer.annotator or annotator)
        known = there.get(answer.id) == answer.annotator
        if not known and (answer.id in there or (answer.id.startswith(FROM_ROWS) and not new.answer.annotator)):
            name = blake2b(answer.annotator.encode(), digest_size=4).hexdigest()
            answer = replace(answer, id=f"{answer.id}:{name}")
        answer = replace(answer, id=_unused(answer.id, taken_back))
        yield AnswerRow(raw, replace(new, answer=answer))


def _unused(id_: str, taken_back: Collection[str]) -> str:
    """The id, with a number if it was imported and taken back: an id stands for one answer for ever."""
    ids = (id_ if n == 1 else f"{id_}~{n}" for n in count(1))
    return next(one for one in ids if one not in taken_back)


def one_each(
    rows: Iterable[AnswerRow], labels: frozenset[str], tally: Counter[str], remarking: Remarking, *, last: bool
) -> list[AnswerRow]:
    """The rows that say something new and are not fully replaced by a later row.

    Raises:
        InputError: a row contradicts an earlier one of the same annotator, and `last` is not set.
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
    hint = "Keep the last one with --last. If several people answered, name them in the rows, or import a file "
    hint += "of each with --annotator NAME."
    return InputError(other.source, f"{again}, by the same annotator ({who}).", line=other.line, hint=hint)
