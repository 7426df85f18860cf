"""Matches patterns and says which one each match comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from loop.alignment import filter_spans
from loop.patterns.matching import Patterns
from loop.patterns.parsing import Pattern
from loop.records import Span


class NumberedPatterns:
    """Patterns by number.

    Args:
        nlp: a pipeline with the tokenizer of the texts; not within its memory zone.
        rows: patterns as in a file, which have been tried out before; None for none of this number.
    """

    def __init__(self, nlp: Language, rows: Sequence[Mapping[str, Any] | None]) -> None:
        self._nlp, self._labels = nlp, ["" if row is None else row["label"] for row in rows]
        given = [Pattern(str(n), row["pattern"], "", n) for n, row in enumerate(rows) if row is not None]
        self._patterns = Patterns(nlp, given, labels=(), tried=True)

    def matches(self, doc: Doc) -> list[tuple[int, Span]]:
        """The matches with the numbers of their patterns, sorted by number; of overlapping ones the longest stay.

        Several patterns may match the very same tokens.
        """
        found = self._patterns.all_matches(doc, self._nlp)
        longest = {(span.start, span.end) for span in filter_spans(Span(one.start, one.end, "") for one in found)}
        kept = ((int(one.label), one.start, one.end) for one in found if (one.start, one.end) in longest)
        return [(n, Span(start, end, self._labels[n])) for n, start, end in sorted(kept)]
