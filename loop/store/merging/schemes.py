"""The label schemes of two projects as one sequence of versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, select

from loop.errors import StoreError
from loop.store.events import EventKind
from loop.store.merging.event_log import MergedEvent
from loop.store.naming import Names, Naming, Relabeling

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A row of `schemes`: see there."""

    version: int
    labels: Labels
    at: str
    names: Names | None = None
    asked: Labels | None = None

    @property
    def own(self) -> Labels:
        """The labels that complete answers cover."""
        return self.labels if self.asked is None else self.asked

    def row(self) -> dict[str, Any]:
        """The row, with JSON columns dumped."""
        dumped = {name: getattr(self, name) for name in ("names", "asked") if getattr(self, name) is not None}
        lists = {name: json.dumps(value) for name, value in {"labels": self.labels, **dumped}.items()}
        return {"version": self.version, "at": self.at, "names": None, "asked": None} | lists

    def payload(self) -> dict[str, Any]:
        """The payload of its event."""
        more = {name: getattr(self, name) for name in ("names", "asked") if getattr(self, name) is not None}
        return {"scheme": self.version, "labels": self.labels, **more}


@dataclass(frozen=True, slots=True)
class MergedSchemes:
    """The schemes of both projects.

    Attributes:
        mine, theirs: the new version of each scheme of this project and of the other one.
        labels: the labels of the merged project.
        my_names, their_names: what labels of this project and of the other one are called now, where that differs.
    """

    schemes: tuple[Scheme, ...]
    mine: Mapping[int, int]
    theirs: Mapping[int, int]
    labels: Labels
    my_names: Names
    their_names: Names


def read_schemes(connection: Connection, table: Table) -> dict[int, Scheme]:
    """The schemes of a project, by version."""
    found = {}
    for row in connection.execute(select(table).order_by(table.c.version)):
        names, asked = (None if each is None else json.loads(each) for each in (row.names, row.asked))
        labels = tuple(json.loads(row.labels))
        found[row.version] = Scheme(row.version, labels, row.at, names, None if asked is None else tuple(asked))
    return found


def naming_of(schemes: Iterable[Scheme]) -> Naming:
    """The naming that follows from schemes."""
    given = {scheme.version: scheme for scheme in schemes}
    changes = [
        Relabeling(scheme.version, given[scheme.version - 1].labels, scheme.names)
        for scheme in given.values()
        if scheme.names is not None
    ]
    asked = {scheme.version: scheme.asked for scheme in given.values() if scheme.asked is not None}
    return Naming({scheme.version: scheme.labels for scheme in given.values()}, changes, asked)


def merged_schemes(
    log: Sequence[MergedEvent],
    mine: Mapping[int, Scheme],
    theirs: Mapping[int, Scheme],
    *,
    labels: tuple[Labels, Labels],
) -> MergedSchemes:
    """The schemes in the order of their events.

    A scheme that lacks a label which the other project had by then becomes one that asks about some labels only.

    Args:
        log: the merged log.
        mine: the schemes of this project, by version.
        theirs: those of the other one.
        labels: the labels in their loop.cfg.

    Raises:
        StoreError: the labels contradict each other.
    """
    pairs = list(_pairs(log, mine, theirs))
    schemes = tuple(_in_order([(one, other) for _, one, other in pairs]))
    of_mine = {one.version: now for now, one, _ in pairs if one}
    of_theirs = {other.version: now for now, _, other in pairs if other}
    if len(of_mine) < len(mine) or len(of_theirs) < len(theirs):
        raise StoreError("A label scheme has lost its event.", hint="`loop doctor` checks a project.")
    naming = naming_of(schemes)
    my_names, their_names = _names(mine, of_mine, naming, "here"), _names(theirs, of_theirs, naming, "there")
    ours, others = _renamed(labels[0], my_names), _renamed(labels[1], their_names)
    merged = _agreed(ours, others)
    if schemes and schemes[naming.version - 1].labels != merged:
        last = schemes[-1]
        schemes = (*schemes, Scheme(last.version + 1, merged, last.at))
    return MergedSchemes(schemes, of_mine, of_theirs, merged, my_names, their_names)


def _pairs(
    log: Sequence[MergedEvent], mine: Mapping[int, Scheme], theirs: Mapping[int, Scheme]
) -> Iterator[tuple[int, Scheme | None, Scheme | None]]:
    """Each scheme's new version, with what it is in either project."""
    events = (each for each in log if each.event.kind == EventKind.LABELS.value)
    for version, merged in enumerate(events, start=1):
        one, other = (
            each and schemes.get(each.payload["scheme"])
            for each, schemes in ((merged.mine, mine), (merged.theirs, theirs))
        )
        yield version, one or None, other or None


def _in_order(pairs: Sequence[tuple[Scheme | None, Scheme | None]]) -> Iterator[Scheme]:
    """The merged schemes, each with all labels that either project had by then."""
    ours: Labels = ()
    others: Labels = ()
    known: Labels = ()
    for version, (one, other) in enumerate(pairs, start=1):
        scheme = one or other
        assert scheme is not None
        if scheme.names is not None:
            ours, others, known = (_renamed(each, scheme.names) for each in (ours, others, known))
        ours, others = one.labels if one else ours, other.labels if other else others
        wanted = {*ours, *others}
        if {*scheme.labels} == wanted:
            known = scheme.labels
        else:
            longest_first = sorted((ours, others), key=lambda labels: (-len(labels), labels))
            known = tuple(dict.fromkeys(label for label in chain(known, *longest_first) if label in wanted))
        asked = None if {*scheme.own} >= wanted else tuple(label for label in known if label in scheme.own)
        yield replace(scheme, version=version, labels=known, asked=asked)


def _renamed(labels: Iterable[str], names: Names) -> Labels:
    now = (names.get(label, label) for label in labels)
    return tuple(dict.fromkeys(label for label in now if label is not None))


def _names(given: Mapping[int, Scheme], versions: Mapping[int, int], naming: Naming, where: str) -> Names:
    """What the present labels of a project are called after the merge, where that differs.

    Raises:
        StoreError: answers under what is one label in the project would get different ones.
    """
    own = naming_of(given.values())
    found: dict[str, set[str | None]] = {}
    for version, scheme in given.items():
        for label in scheme.labels:
            if (called := own.label(label, version)) is not None:
                found.setdefault(called, set()).add(naming.label(label, versions[version]))
    for label, names in found.items():
        if len(names) > 1:
            several = " and ".join(sorted(name or "nothing" for name in names))
            raise StoreError(
                f"labels: {label} {where} would become {several}, because the projects changed it differently.",
                hint="`loop export` there and `loop import` here bring answers without the history of labels.",
            )
    return {label: name for label, (name,) in found.items() if name != label}


def _agreed(ours: Labels, others: Labels) -> Labels:
    """The labels of the merged project: those of the project that has all of the other's.

    Raises:
        StoreError: each has labels that the other lacks, or they are in another order.
    """
    here, there = ([label for label in one if label not in two] for one, two in ((ours, others), (others, ours)))
    if here and there:
        raise StoreError(
            f"labels: {', '.join(here)} only here, {', '.join(there)} only there.",
            hint="Let one of the projects have all of them (`loop labels add`), or name the same things alike there "
            "(`loop labels rename`).",
        )
    if not here and not there and ours != others:
        raise StoreError(
            f"labels: {', '.join(ours)} here, {', '.join(others)} there: the order counts for the model.",
            hint="Put them in the same order in both loop.cfg.",
        )
    return others if there else ours
