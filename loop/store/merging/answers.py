"""The answers of two projects, known by id, and the questions that they answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from loop.errors import StoreError
from loop.store.answered import mark_all
from loop.store.lookup import LOOKUP_ROWS, batched, looked_up
from loop.store.merging.both import MINE, THEIRS, Both, Numbers, rows
from loop.store.naming import read_naming

Row = dict[str, Any]
# What may differ in the same answer: numbers within a project, names, and what the merge itself decides.
NUMBERED = frozenset({"seq", "place", "text_id", "scheme", "annotator", "retracts"})
# What must be the same where it was imported into one of them, or both: its time may be that of the import.
SAID = frozenset({"verdict", "complete", "passage", "spans", "unclear"})


@dataclass(frozen=True, slots=True)
class MergedAnswers:
    """What a merge brought.

    Attributes:
        came: the number of answers of the other project.
        changed_twice: how many answers replace one that the other project had changed, too.
        same_names: by annotator, how many texts were answered under their name in both projects since these parted.
    """

    came: int
    changed_twice: int
    same_names: Mapping[str, int]


def merge_answers(both: Both, left_out: Collection[int], names: Mapping[str, str]) -> MergedAnswers:
    """Write the answers of both projects, with the questions that they refer to.

    Args:
        both: the projects, with their texts, events and schemes numbered.
        left_out: texts of the other project that do not come.
        names: what some of its annotators are called here.

    Raises:
        StoreError: an answer is not the same in both.
    """
    ours = {row["id"]: row for row in rows(both.connection, MINE["answers"])}
    others = {row["id"]: row for row in rows(both.connection, THEIRS["answers"]) if row["text_id"] not in left_out}
    lost_here, lost_there = both.taken_back(mine=True) - ours.keys(), both.taken_back(mine=False) - others.keys()
    ours, others = _without(ours, lost_there), _without(others, lost_here)
    ours, others = _with_kept(ours, both.kept(mine=True)), _with_kept(others, both.kept(mine=False))
    came, names = [row for id_, row in others.items() if id_ not in ours], _names(ours, others, names)
    new = [_numbered(row, both.theirs) | {"annotator": names.get(row["annotator"], row["annotator"])} for row in came]
    alone = [_numbered(row, both.mine) for id_, row in ours.items() if id_ not in others]
    old = [*alone, *_in_both(both, ours, others)]
    replaces = [(row["id"], row["retracts"]) for row in (*ours.values(), *others.values()) if row["retracts"]]
    merged = sorted([*old, *new], key=lambda row: row["seq"])
    changed_twice = _chain(merged, replaces)
    _bring_questions(both, new)
    both.connection.execute(delete(MINE["answers"]))
    for part in batched(merged, LOOKUP_ROWS):
        both.connection.execute(insert(MINE["answers"]), part)
    mark_all(both.connection)
    return MergedAnswers(len(new), changed_twice, _same_names(alone, new))


def _without(found: Mapping[str, Row], lost: Collection[str]) -> dict[str, Row]:
    """The answers without those of an import that the other project took back together with their texts."""
    return {id_: row for id_, row in found.items() if id_ not in lost}


def _with_kept(found: Mapping[str, Row], kept: Collection[str]) -> dict[str, Row]:
    """The answers without what took back an import of these, which the other project has otherwise."""
    undoing = (id_ for id_, row in found.items() if (row["verdict"], row["mode"]) == ("retract", "import"))
    gone = {id_ for id_ in undoing if found[id_]["retracts"] in kept}
    return {id_: row for id_, row in found.items() if id_ not in gone}


def _names(ours: Mapping[str, Row], others: Mapping[str, Row], given: Mapping[str, str]) -> dict[str, str]:
    """What the other project's annotators are called here: as given, or as in their last answer that both have.

    Raises:
        StoreError: one that was given is none of them.
    """
    theirs = sorted(others.values(), key=lambda row: row["seq"])
    for name in given.keys() - {row["annotator"] for row in theirs}:
        there = ", ".join(sorted({row["annotator"] for row in theirs})) or "nobody"
        raise StoreError(f"{name} has not answered in the other project.", hint=f"Who has: {there}.")
    known = {row["annotator"]: ours[row["id"]]["annotator"] for row in theirs if row["id"] in ours}
    return known | dict(given)


def _numbered(row: Row, numbers: Numbers) -> Row:
    return row | {
        "seq": numbers.events[row["seq"]],
        "place": numbers.event(row["place"]),
        "scheme": numbers.schemes[row["scheme"]],
        "text_id": numbers.text(row["text_id"]),
    }


def _in_both(both: Both, ours: Mapping[str, Row], others: Mapping[str, Row]) -> Iterator[Row]:
    """The answers that both projects have; of one that was imported into both, what came first.

    It is complete for all labels that it is complete for in either.

    Raises:
        StoreError: one is not the same in both.
    """
    naming = read_naming(both.connection)
    for one in both.log:
        id_ = one.event.payload.get("answer", "")
        if not (one.mine and one.theirs and id_ in ours and id_ in others):
            continue
        pair = _numbered(ours[id_], both.mine), _numbered(others[id_], both.theirs)
        is_imported = "import" in one.mine.payload or "import" in one.theirs.payload
        _check_same(*pair, SAID if is_imported else pair[0].keys() - NUMBERED)
        versions = sorted(row["scheme"] for row in pair)
        widest = max(versions, key=lambda version: len(naming.known(version)))
        yield pair[one.event is one.theirs] | {"annotator": pair[0]["annotator"], "scheme": widest}


def _check_same(ours: Row, theirs: Row, names: Collection[str]) -> None:
    differing = [name for name, value in ours.items() if name in names and theirs[name] != value]
    if differing or ours["text_id"] != theirs["text_id"]:
        raise StoreError(
            f"Answer {ours['id']} is not the same in both projects: {', '.join(differing or ['text'])}.",
            hint="Answers never change, so one of the stores was edited. `loop doctor` checks a project.",
        )


def _chain(merged: Sequence[Row], replaces: Iterable[tuple[str, str]]) -> int:
    """Let each answer replace the one before it where both projects changed the same one; return how many do.

    The latest counts, as if everything had been said in one project.
    """
    first: dict[str, str] = {}

    def root(id_: str) -> str:
        while id_ in first:
            id_ = first[id_]
        return id_

    for later, earlier in replaces:
        if root(later) != root(earlier):
            first[root(later)] = root(earlier)
    last: dict[str, str] = {}
    changed = 0
    for row in merged:
        before = last.get(root(row["id"]))
        changed += row["retracts"] != before and row["retracts"] is not None
        row["retracts"] = before
        last[root(row["id"])] = row["id"]
    return changed


def _bring_questions(both: Both, new: Iterable[Row]) -> None:
    wanted = {row["question_id"] for row in new if row["question_id"]}
    mine, theirs = MINE["questions"], THEIRS["questions"]
    there = {row.id: row.text_id for row in looked_up(both.connection, select(mine), mine.c.id, wanted)}
    for part in batched(sorted(wanted), LOOKUP_ROWS):
        found = [dict(row._mapping) for row in looked_up(both.connection, select(theirs), theirs.c.id, part)]
        asked = [row | {"text_id": both.theirs.text(row["text_id"])} for row in found]
        for row in asked:
            if there.get(row["id"], row["text_id"]) != row["text_id"]:
                raise StoreError(f"Question {row['id']} is about another text in the other project.")
        # What rounds of the other project had learned is unknown here.
        if missing := [row | {"round": 0} for row in asked if row["id"] not in there]:
            both.connection.execute(insert(mine), missing)


def _same_names(alone: Iterable[Row], new: Iterable[Row]) -> dict[str, int]:
    ours, theirs = ({(row["annotator"], row["text_id"]) for row in each} for each in (alone, new))
    return dict(Counter(annotator for annotator, _ in sorted(ours & theirs)))
