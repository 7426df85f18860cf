"""Make questions for imported answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loop.records import Answer, Question
    from loop.settings import Settings
    from loop.store import Store


def questions_for(answers: Sequence[Answer], store: Store, settings: Settings) -> Iterator[Question]:
    """Yield a question for each imported answer that has none, so that it can be opened; loads spaCy.

    The question has the answer's id, which tells which answer a change replaces.
    """
    if not answers:
        return
    from loop.base.pipeline import load_base
    from loop.records import Question

    tokenizer = load_base(settings.project.base).tokenizer
    for text, answer in zip(store.corpus.texts([answer.text_id for answer in answers]), answers, strict=True):
        tokens = tuple((token.idx, token.idx + len(token)) for token in tokenizer(text.text))
        yield Question(answer.id, text, tokens, answer.spans, stream="chosen")
