"""Gold texts on the tokens of a pipeline: which of their spans no model finds as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from spacy.language import Language

from loop.formats import RawText
from loop.intake.answers import fit_to_tokens
from loop.intake.remarks import Remarking, Remarks
from loop.records import Answer


def gold_remarks(raws: Iterable[RawText], nlp: Language, labels: Collection[str] | None = None) -> Remarks:
    """Return how rows of gold were read, and which spans do not fit the tokens of `nlp`; see `ImportReport`.

    Args:
        raws: as of `read_gold`.
        nlp: whose tokens a model decides about.
        labels: of the project; None for whatever stands in the rows.
    """
    remarking = Remarking()
    for raw in raws:
        for note in raw.notes:
            remarking.note(note.words, raw, line=note.line)
        named = {span.label for span in raw.spans or ()}
        for label in sorted(named.difference(named if labels is None else labels)):
            remarking.note(f"{label} is not a label of the project, so it is not evaluated,", raw)
        changes: Counter[str] = Counter()
        fit_to_tokens(Answer("", 0, "", "accept", raw.spans or ()), nlp.tokenizer(raw.text), changes)
        for kind, times in changes.items():
            remarking.note(kind, raw, times)
    return remarking.all()
