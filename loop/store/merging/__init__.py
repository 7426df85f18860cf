"""Merges the stores of two projects that grew apart: texts by digest, answers by id, events in one order.

The merged store does not depend on which of the two projects takes in the other, except for what is about a project's
own rounds and sessions: rounds, queue, drafts and status are those of this project.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from loop.store.copies import COPIES
from loop.store.events import EventKind
from loop.store.journal import SETTINGS, event_row, get_state, put_state
from loop.store.lookup import LOOKUP_ROWS, batched
from loop.store.merging.answers import MergedAnswers, merge_answers
from loop.store.merging.both import MINE, THEIRS, Both, both
from loop.store.merging.event_log import MergedEvent
from loop.store.merging.gone import drop_texts, find_gone, refuse_erased
from loop.store.merging.schemes import Labels, MergedSchemes, merged_schemes, read_schemes
from loop.store.merging.texts import MergedTexts, merge_batches, merge_texts
from loop.store.merging.weak_labels import merge_weak_labels
from loop.store.naming import Names
from loop.store.publishing import CONFIDENCE, SEEN
from loop.store.questions import REQUESTS, expire
from loop.store.relabeling import UNFINISHED, rewrite
from loop.store.terms import TAKES_BACK
from loop.store.weak_labels import SUMMARY

IMPORT = "import"
Draft = Callable[[str, Names], str]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brings to this project.

    Attributes:
        events: how many came.
        texts: what came of texts.
        erased: the number of texts that did not come because they were erased here.
        left_out: of those that did not come because they were removed here, and nobody has answered them since.
        removed: of those that went here because they were removed there, and nobody has answered them since.
        pretrained: the first round that started from pretrained weights that are lost; None if none did.
        schemes: the labels.
        answers: what came of answers.
        is_relabeled: whether loop.cfg has other labels.
    """

    events: int
    texts: MergedTexts
    erased: int
    left_out: int
    removed: int
    pretrained: int | None
    schemes: MergedSchemes
    answers: MergedAnswers
    is_relabeled: bool

    @property
    def is_new(self) -> bool:
        """Whether it changes anything."""
        return bool(self.events or self.texts.came or self.removed or self.answers.came or self.is_relabeled)


@dataclass(frozen=True, slots=True)
class Merging:
    """How to merge.

    Attributes:
        labels: those in loop.cfg of this project and of the other.
        draft: relabels a draft.
        annotators: what some of the other project's annotators are called here.
    """

    labels: tuple[Labels, Labels]
    draft: Draft
    annotators: Mapping[str, str] = field(default_factory=dict)


def merge_into(mine: Path, theirs: Path, how: Merging) -> Merged:
    """Merge another store into this project's; both are changed: give copies.

    Raises:
        StoreError: the projects contradict each other, or texts that the other erased are still here.
    """
    with both(mine, theirs) as projects:
        schemes = _schemes(projects, how.labels)
        merge_batches(projects)
        gone_there, gone_here = (find_gone(projects, mine=side) for side in (True, False))
        refuse_erased(gone_there.erased)
        drop_texts(projects, gone_there.removed)
        for names, tables in ((schemes.my_names, MINE), (schemes.their_names, THEIRS)):
            if names:
                rewrite(projects.connection, names, draft=how.draft, tables=tables)
        texts = merge_texts(projects, gone_here.ids)
        _write_schemes(projects, schemes)
        merge_weak_labels(projects, gone_here.ids)
        answers = merge_answers(projects, gone_here.ids, how.annotators)
        _write_events(projects, schemes)
        _update_state(projects)
        if (schemes.labels, schemes.my_names) != (how.labels[0], {}):
            put_state(projects.connection, UNFINISHED, {"labels": schemes.labels, "names": schemes.my_names})
        return Merged(
            events=sum(one.mine is None for one in projects.log),
            texts=texts,
            erased=len(gone_here.erased),
            left_out=len(gone_here.removed),
            removed=len(gone_there.removed),
            pretrained=_lost_pretraining(projects),
            schemes=schemes,
            answers=answers,
            is_relabeled=schemes.labels != how.labels[0],
        )


def _schemes(projects: Both, labels: tuple[Labels, Labels]) -> MergedSchemes:
    mine, theirs = (read_schemes(projects.connection, tables["schemes"]) for tables in (MINE, THEIRS))
    found = merged_schemes(projects.log, mine, theirs, labels=labels)
    projects.mine.schemes.update(found.mine)
    projects.theirs.schemes.update(found.theirs)
    return found


def _write_schemes(projects: Both, merged: MergedSchemes) -> None:
    projects.connection.execute(delete(MINE["schemes"]))
    if merged.schemes:
        projects.connection.execute(insert(MINE["schemes"]), [scheme.row() for scheme in merged.schemes])


def _write_events(projects: Both, merged: MergedSchemes) -> None:
    schemes = iter(merged.schemes)
    rows = []
    for one in projects.log:
        event = one.event
        is_scheme = event.kind == EventKind.LABELS.value
        payload = next(schemes).payload() if is_scheme else _payload(projects, one)
        rows.append(event_row(EventKind(event.kind), payload) | {"seq": one.seq, "at": event.at})
    for added in schemes:  # the labels of both, where neither project has had them all yet
        rows.append(event_row(EventKind.LABELS, added.payload()) | {"seq": rows[-1]["seq"] + 1, "at": added.at})
    projects.connection.execute(delete(MINE["events"]))
    for part in batched(rows, LOOKUP_ROWS):
        projects.connection.execute(insert(MINE["events"]), part)


def _payload(projects: Both, one: MergedEvent) -> Mapping[str, Any]:
    """What an event says, with the new numbers, without what either project has erased of it."""
    event = one.event
    numbers = projects.mine if event is one.mine else projects.theirs
    others = [each.payload for each in (one.mine, one.theirs) if each]
    said = {name: value for name, value in event.payload.items() if all(name in other for other in others)}
    for name, new in (("batch", numbers.batches), ("scheme", numbers.schemes), (TAKES_BACK, numbers.events)):
        if name in said:
            said[name] = new[said[name]]
    if IMPORT in said:  # of two imports of a file, one that was not taken back
        said[IMPORT] = min(
            (other[IMPORT] for other in others), key=lambda token: (token in projects.undone, token != said[IMPORT])
        )
    return said


def _update_state(projects: Both) -> None:
    """Forget what is about texts by number, and what was computed from other answers."""
    connection = projects.connection
    connection.execute(delete(MINE["state"]).where(MINE["state"].c.key.in_([SEEN, REQUESTS, CONFIDENCE, SUMMARY])))
    expire(connection)
    settings = [one.event.payload for one in projects.log if one.event.kind == EventKind.SETTINGS.value]
    if settings:
        put_state(connection, SETTINGS, settings[-1]["digest"])
    found = connection.execute(select(THEIRS["state"].c.value).where(THEIRS["state"].c.key == COPIES))
    ours, theirs = get_state(connection, COPIES) or [], json.loads(found.scalar_one_or_none() or "[]")
    known = {copy["path"] for copy in ours}
    put_state(connection, COPIES, [*ours, *(copy for copy in theirs if copy["path"] not in known)])


def _lost_pretraining(projects: Both) -> int | None:
    lost = (event.payload["round"] for event in projects.dropped if event.kind == EventKind.PRETRAINED.value)
    return min(lost, default=None)
