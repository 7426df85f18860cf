"""The labels that imported answers are complete for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from loop.errors import InputError
from loop.intake.remarks import Remarking
from loop.intake.rows import AnswerRow
from loop.records import Answer

UNCOVERED = "uncovered"


def with_coverage(
    rows: Sequence[AnswerRow], labels: Sequence[str], asked: frozenset[str] | None, remarking: Remarking
) -> Iterator[AnswerRow]:
    """Yield the rows with the labels that each is complete for.

    These are the labels in `asked` or, if it is None, those that the row itself names or, if it names none, those that
    its file uses in complete answers: a label that a file never uses was perhaps not asked about. A row that names only
    labels that the project lacks, or that are not in `asked`, is left out with a remark.

    Raises:
        InputError: a row has a label that is not in `asked`; or no label is known for a file.
    """
    used = _used(rows, labels) if asked is None else {}
    for row in rows:
        covered = _covered(row, asked, used)
        if covered is not None and is_whole(row.new.answer) and covered.isdisjoint(labels):
            remarking.note(UNCOVERED, row.raw)
        else:
            yield row._replace(new=replace(row.new, asked=covered))


def is_whole(answer: Answer) -> bool:
    """Whether an answer gives all spans of some labels, in its text or in a passage."""
    return answer.verdict == "accept" and (answer.complete or answer.passage is not None)


def _covered(row: AnswerRow, asked: frozenset[str] | None, used: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    own = row.raw.asked
    if asked is not None:
        _refuse_others(row, asked)
        return asked if own is None else own & asked
    return used.get(row.raw.source) if own is None and is_whole(row.new.answer) else own


def _used(rows: Sequence[AnswerRow], labels: Sequence[str]) -> dict[str, frozenset[str]]:
    """By file: the labels of its complete answers that do not name theirs; a project's only label needs no span."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if is_whole(row.new.answer) and row.raw.asked is None:
            found[row.raw.source].update(span.label for span in row.new.answer.spans)
    if len(labels) == 1:
        return {source: frozenset(labels) for source in found}
    for source, used in found.items():
        if not used:
            hint = f"Name them: with --labels {','.join(labels)}, its texts contain none of these."
            raise InputError(source, "has no span, so it does not show which labels it was annotated for.", hint=hint)
    return {source: frozenset(used) for source, used in found.items()}


def _refuse_others(row: AnswerRow, asked: Collection[str]) -> None:
    if others := sorted({span.label for span in row.new.answer.spans}.difference(asked)):
        problem = f"has the label {others[0]}, which it was not annotated for."
        hint = f"Name all of its labels with --labels, or leave these spans out with --map {others[0]}=."
        raise InputError(row.raw.source, problem, line=row.raw.line, hint=hint)
