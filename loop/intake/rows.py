"""Rows of answers to import: name their annotators, and drop those that say nothing new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    def key(self) -> tuple[str, str, bool]:
        """Text and annotator: an annotator answers a text once, and may decide between answers besides."""
        return self.raw.text, self.new.answer.annotator, bool(self.new.answer.adjudicates)


def with_annotators(rows: Sequence[AnswerRow], annotator: str, store: Store) -> list[AnswerRow]:
    """The rows with annotators' names, also in their ids: two people may give the same answer."""
    there = store.answers.annotators([row.new.answer.id for row in rows])
    taken_back = store.imports.taken_back()
    ids: dict[str, str] = {}
    named = []
    for raw, new in rows:
        answer = replace(new.answer, annotator=new.answer.annotator or annotator)
        known = there.get(answer.id) == answer.annotator
        id_ = answer.id
        if not known and (id_ in there or (id_.startswith(FROM_ROWS) and not new.answer.annotator)):
            id_ = f"{id_}:{blake2b(answer.annotator.encode(), digest_size=4).hexdigest()}"
        ids[answer.id] = _unused(id_, taken_back)
        named.append(AnswerRow(raw, replace(new, answer=replace(answer, id=ids[answer.id]))))
    return [_deciding(row, ids) for row in named]


def _deciding(row: AnswerRow, ids: Mapping[str, str]) -> AnswerRow:
    """The row, naming the answers that it decides between by their new ids."""
    answer = row.new.answer
    if not answer.adjudicates:
        return row
    answer = replace(answer, adjudicates=tuple(ids.get(id_, id_) for id_ in answer.adjudicates))
    return row._replace(new=replace(row.new, answer=answer))


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
    twice: list[tuple[AnswerRow, AnswerRow]] = []
    said: dict[tuple[str, str, bool], list[Answer]] = {}
    kept: dict[int, AnswerRow] = {}
    silent: set[int] = set()
    for rank, row in enumerate(rows):
        schemes[rank] = labels if row.new.asked is None else row.new.asked
        answer = replace(row.new.answer, scheme=rank, rank=rank)
        before, now = said.setdefault(row.key, []), resolve([answer], schemes)
        if not last and (other := next((one for one in before if resolve([one], schemes).contradicts(now)), None)):
            twice.append((kept[other.rank], row))
            continue
        if now.labels and resolve(before, schemes).implies(now):
            tally["known"] += 1
            continue
        before.append(answer)
        kept[rank] = row
        silent |= set() if now.parts and not answer.adjudicates else {rank}
    if twice:
        raise _answered_twice(*twice[0], more=len(twice) - 1)
    counting = {part.answer.rank for given in said.values() for part in parts(given, schemes)}
    outdone = kept.keys() - counting - silent
    for rank in sorted(outdone):
        remarking.note("outdone", kept[rank].raw)
    return [row for rank, row in kept.items() if rank not in outdone]


def _answered_twice(first: AnswerRow, second: AnswerRow, *, more: int) -> InputError:
    one, other, who = first.raw, second.raw, second.new.answer.annotator
    where = f"line {one.line}" if one.source == other.source else f"{one.source}, line {one.line}"
    same = (one.source, one.line) == (other.source, other.line)
    again = "holds two different answers" if same else f"answers the same text as {where}, but differently"
    hint = "Keep the last one with --last. If several people answered, name them in the rows, or import a file "
    hint += "of each with --annotator NAME."
    others = f"; so do {more:,} more rows" if more else ""
    return InputError(other.source, f"{again}, by the same annotator ({who}){others}.", line=other.line, hint=hint)
