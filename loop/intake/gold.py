"""Check gold spans against a pipeline's tokens: no model can find spans that do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from spacy.language import Language

from loop.formats import RawText
from loop.intake.answers import fit_to_tokens
from loop.intake.remarks import Remarking, Remarks
from loop.records import Answer


def gold_remarks(raws: Iterable[RawText], nlp: Language, labels: Collection[str] | None = None) -> Remarks:
    """Return remarks on how gold rows were read and which spans do not fit the tokens of `nlp`; see `ReadAnswers`.

    Args:
        raws: from `read_gold`.
        nlp: the pipeline with the tokenizer.
        labels: of the project; None to accept any label in the rows.
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
