"""Answered texts that are asked about again, since a label was added that their answers say nothing about."""

from __future__ import annotations

from random import Random

from loop.ner.again import expected, question_again
from loop.ner.questions import read
from loop.records import Answer, Question, latest
from loop.settings import Settings
from loop.store import Store
from loop.trainer.rounds import Rounds

# Answered texts read per round, so that a round costs the same after any number of answers.
READ = 200
# A text is asked about again when it is expected to hold so many spans of the added labels.
LIKELY = 0.2


def revisits(store: Store, settings: Settings, rounds: Rounds, rng: Random) -> list[Question]:
    """Questions about answered texts that are likely to hold one of the labels added since, the likeliest first."""
    schemes, labels = store.journal.schemes(), settings.project.labels
    said = {answer.text_id for answer in store.answers.standing() if answer.scheme == max(schemes)}  # skipped, too
    lacking = [
        answer
        for answer in _complete(store)
        if not set(labels) <= set(schemes[answer.scheme]) and answer.text_id not in said
    ]
    chosen = {answer.text_id: answer for answer in rng.sample(lacking, min(READ, len(lacking)))}
    if not chosen:
        return []
    texts = store.corpus.texts(list(chosen))
    with rounds.learner.published() as nlp:
        found = list(read(nlp, texts, temperature=rounds.temperature))
    asked: list[tuple[float, Question]] = []
    for one in found:
        answer = chosen[one.text.id]
        added = [label for label in labels if label not in schemes[answer.scheme]]
        if (likely := expected(one, added)) >= LIKELY:
            asked.append((likely, question_again(one, answer, added=added, round=rounds.number)))
    return [question for _, question in sorted(asked, key=lambda pair: (-pair[0], pair[1].text.id))]


def _complete(store: Store) -> list[Answer]:
    """Of each text that rounds learn from, its latest answer, where that is complete."""
    training = [answer for answer in store.answers.training() if answer.complete]
    of_text = {answer.text_id: answer for answer in sorted(latest(training), key=lambda answer: answer.seq)}
    return list(of_text.values())
