"""Match patterns: what the annotator can list before any model exists."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc

from loop.errors import InputError
from loop.formats.lines import numbered_lines
from loop.records import Span


class Patterns:
    """The patterns of a file, in the format of spaCy's EntityRuler and of Prodigy: a JSON object a line.

    Raises:
        InputError: a line is no pattern, or its label is none of `labels`.
    """

    def __init__(self, nlp: Language, path: Path, *, labels: Collection[str]) -> None:
        # A term matches in whatever case, as a person who lists terms expects.
        self._ruler = EntityRuler(nlp, name="patterns", phrase_matcher_attr="LOWER")
        self._ruler.add_patterns(list(_read(path, labels)))

    def hits(self, doc: Doc) -> list[Span]:
        """The spans that patterns match, sorted; where they overlap the longest stays. `doc` is left as it is."""
        return [Span(ent.start_char, ent.end_char, ent.label_) for ent in self._ruler(doc.copy()).ents]


def _read(path: Path, labels: Collection[str]) -> Iterator[dict[str, Any]]:
    return (_pattern(line, path, number, labels) for number, line in numbered_lines(path) if line.strip())


def _pattern(line: str, path: Path, number: int, labels: Collection[str]) -> dict[str, Any]:
    hint = 'A pattern is {"label": "PART", "pattern": "brake pad"} or {"label": …, "pattern": [{"lower": "brake"}, …]}.'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(path, "not JSON", line=number, hint=hint) from None
    good = isinstance(row, dict) and isinstance(row.get("label"), str) and isinstance(row.get("pattern"), (str, list))
    if not good or not row["pattern"]:
        raise InputError(path, "not a pattern", line=number, hint=hint)
    if row["label"] not in labels:
        raise InputError(
            path,
            f"the label {row['label']!r} is none of the project's ({', '.join(labels)})",
            line=number,
            hint="Add it to `labels` in loop.cfg, or take the line out.",
        )
    return {"label": row["label"], "pattern": row["pattern"]}
