"""The names that files give to the project's labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from loop.formats import RawText
from loop.intake.remarks import Remarking
from loop.records import Answer, Span
from loop.store import Names
from loop.store.naming import Relabeling

UNNAMED = "unnamed"


def with_names(
    raws: Iterable[RawText], names: Names, remarking: Remarking, *, unseen: set[str] | None = None
) -> Iterator[RawText]:
    """Yield the rows with their labels renamed.

    A row that was only about spans that are left out says nothing any more; it is left out, with a remark. The labels
    of the rows are removed from `unseen`.
    """
    for raw in raws:
        if unseen:
            unseen.difference_update(_labels(raw))
        named = renamed(raw, names)
        if raw.answer is not None and named.answer is not None and _is_lost(raw.answer, named.answer):
            remarking.note(UNNAMED, raw)
        else:
            yield named


def _labels(raw: RawText) -> set[str]:
    given = (*raw.answer.spans, *raw.answer.shown) if raw.answer else ()
    return {span.label for span in (*(raw.spans or ()), *given, *raw.suggested)}.union(raw.asked or ())


def renamed(raw: RawText, names: Names) -> RawText:
    """Return a row with its labels renamed, and without the spans of labels whose name is None."""
    if not names:
        return raw
    asked, answer = raw.asked, raw.answer
    if asked is not None:
        asked = frozenset(Relabeling(0, tuple({*names, *asked}), names).known(sorted(asked)))
    if answer is not None:
        given, shown, unclear = (_spans(each, names) for each in (answer.spans, answer.shown, answer.unclear))
        answer = replace(answer, spans=given, shown=shown, unclear=unclear)
    spans = None if raw.spans is None else _spans(raw.spans, names)
    return replace(raw, spans=spans, answer=answer, suggested=_spans(raw.suggested, names), asked=asked)


def _spans(spans: Iterable[Span], names: Names) -> tuple[Span, ...]:
    named = ((span, names.get(span.label, span.label)) for span in spans)
    return tuple(sorted({replace(span, label=label) for span, label in named if label is not None}))


def _is_lost(answer: Answer, named: Answer) -> bool:
    about_spans = not answer.complete and answer.passage is None and bool(answer.spans or answer.shown)
    return about_spans and not (named.spans or named.shown)
