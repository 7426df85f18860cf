"""Questions for answers that were given elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loop.records import Answer, Question
    from loop.settings import Settings
    from loop.store import Store


def questions_for(answers: Sequence[Answer], store: Store, settings: Settings) -> Iterator[Question]:
    """Yield a question to open an answer with that was given elsewhere and has none; loads spaCy.

    It has the id of the answer, so that it is known which one is changed.
    """
    if not answers:
        return
    from loop.base.pipeline import load_base
    from loop.records import Question

    tokenizer = load_base(settings.project.base).tokenizer
    for text, answer in zip(store.corpus.texts([answer.text_id for answer in answers]), answers, strict=True):
        tokens = tuple((token.idx, token.idx + len(token)) for token in tokenizer(text.text))
        yield Question(answer.id, text, tokens, answer.spans)
