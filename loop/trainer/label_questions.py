"""Questions about answered texts whose answers do not cover a label that was added later."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from loop.records import Question
from loop.scoring.label_questions import expected_spans, revisit_question
from loop.scoring.questions import read_texts
from loop.settings import Settings
from loop.store import Store
from loop.trainer.rounds import Rounds
from loop.truth import Truth, of_texts

# Answered texts scored per round, so that the cost does not grow with the answers.
SCORED = 200
# A text is asked about again from this expected number of spans of added labels on.
WORTH_ASKING = 0.2


def revisits(store: Store, settings: Settings, rounds: Rounds, rng: Random) -> list[Question]:
    """Questions about answered texts that are likely to contain a label added since, the likeliest first."""
    labels, lacking = settings.project.labels, _lacking(store, settings.project.labels)
    chosen = dict(rng.sample(list(lacking.items()), min(SCORED, len(lacking))))
    if not chosen:
        return []
    texts = store.corpus.texts(list(chosen))
    with rounds.learner.published() as nlp:
        found = list(read_texts(nlp, texts, temperature=rounds.temperature))
    asked: list[tuple[float, Question]] = []
    for one in found:
        truth = chosen[one.text.id]
        added = [label for label in labels if label not in truth.labels]
        if (likely := expected_spans(one, added)) >= WORTH_ASKING:
            asked.append((likely, revisit_question(one, truth.spans, added=added, round=rounds.number)))
    return [question for _, question in sorted(asked, key=lambda pair: (-pair[0], pair[1].text.id))]


def _lacking(store: Store, labels: Sequence[str]) -> dict[int, Truth]:
    """The training texts with complete answers, none of which covers all of the labels."""
    schemes, training = store.journal.schemes(), store.answers.training()
    # Texts that were skipped when asked about all labels are not asked about again.
    asked = {answer.text_id for answer in store.answers.standing() if set(labels) <= set(schemes[answer.scheme])}
    complete = {answer.text_id for answer in training if answer.complete} - asked
    return {id_: truth for id_, truth in of_texts(training, schemes).items() if id_ in complete}
