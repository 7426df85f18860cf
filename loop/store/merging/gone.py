"""Texts that one of two projects has erased or removed, and the other still has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from loop.errors import StoreError
from loop.store.events import EventKind
from loop.store.lookup import LOOKUP_ROWS, batched, looked_up
from loop.store.merging.both import MINE, THEIRS, Both


@dataclass(frozen=True, slots=True)
class Gone:
    """Texts that one project knew and has no more.

    Attributes:
        erased: it erased them; their answers go, too.
        removed: it removed them, with their batch or an import, and nobody has answered them since.
    """

    erased: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()

    @property
    def ids(self) -> frozenset[int]:
        """All of them."""
        return self.erased | self.removed


def find_gone(both: Both, *, mine: bool) -> Gone:
    """The texts of one project that are gone in the other: it knows their batch, and lacks them.

    Nothing more is kept about erased texts. Whether a text was erased or removed is told by the events there and, if
    both happened, by the answers that were known there: only an import takes answers away with its texts.
    """
    here, there = (both.mine, both.theirs) if mine else (both.theirs, both.mine)
    has_erased = bool(both.only(EventKind.ERASED, mine=not mine))
    removed = {there.batches[said["batch"]] for said in both.only(EventKind.BATCH_REMOVED, mine=not mine)}
    if not has_erased and not removed:
        return Gone()
    known = {*there.batches.values()}
    suspects = {id_: new for id_, batch in _lacking(both, mine=mine) if (new := here.batches[batch]) in known}
    said, taken_back = _answers_of(both, suspects, mine=mine), both.taken_back(mine=not mine)
    forgotten = both.answered(mine=not mine) - both.kept(mine=not mine)
    erased: set[int] = set()
    unanswered: set[int] = set()
    for id_, batch in suspects.items():
        given = said.get(id_, frozenset()) - taken_back
        if has_erased and (batch not in removed or given & forgotten):
            erased.add(id_)
        elif batch in removed and not given:
            unanswered.add(id_)
    return Gone(frozenset(erased), frozenset(unanswered))


def _lacking(both: Both, *, mine: bool) -> list[tuple[int, int]]:
    """The texts of one project, with their batches, that the other lacks."""
    texts, others = (tables["texts"] for tables in ((MINE, THEIRS) if mine else (THEIRS, MINE)))
    either = texts.outerjoin(others, others.c.digest == texts.c.digest)
    query = select(texts.c.id, texts.c.batch_id).select_from(either).where(others.c.id.is_(None))
    return [(row.id, row.batch_id) for row in both.connection.execute(query)]


def _answers_of(both: Both, text_ids: Collection[int], *, mine: bool) -> dict[int, frozenset[str]]:
    answers = (MINE if mine else THEIRS)["answers"]
    found: dict[int, set[str]] = {}
    for row in looked_up(both.connection, select(answers.c.id, answers.c.text_id), answers.c.text_id, text_ids):
        found.setdefault(row.text_id, set()).add(row.id)
    return {id_: frozenset(given) for id_, given in found.items()}


def drop_texts(both: Both, ids: Collection[int]) -> None:
    """Delete texts of this project, with everything about them."""
    for part in batched(sorted(ids), LOOKUP_ROWS):
        asked = select(MINE["questions"].c.id).where(MINE["questions"].c.text_id.in_(part))
        both.connection.execute(delete(MINE["queue"]).where(MINE["queue"].c.question_id.in_(asked)))
        for name in ("drafts", "answers", "questions", "weak_texts"):
            both.connection.execute(delete(MINE[name]).where(MINE[name].c.text_id.in_(part)))
        both.connection.execute(delete(MINE["texts"]).where(MINE["texts"].c.id.in_(part)))


def refuse_erased(ids: Collection[int]) -> None:
    """Refuse to go on while this project has texts that the other erased.

    Raises:
        StoreError: it has some.
    """
    if ids:
        numbers = " ".join(map(str, sorted(ids)))
        raise StoreError(
            f"The other project has erased {len(ids):,} texts that are still here.",
            hint=f"Erase them here, too: `loop erase {numbers}`. Then merge again.",
        )
