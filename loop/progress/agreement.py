"""Agreement between the annotators of a project, with those who adjudicate, and with themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from loop.formats.words import words
from loop.held_out import unit_of
from loop.quality.blind_answers import blind_answers, had_suggestions
from loop.quality.self_agreement import Consistency, Pair, consistency, pairs
from loop.quality.shared_texts import (
    Agreement,
    Confusion,
    SharedText,
    WithOthers,
    agreement,
    agreement_with_others,
    confusions,
)
from loop.records import Answer
from loop.store import Store
from loop.truth import Truth, of_annotators, of_texts, standing

Suggestions = Literal["without", "with", "any"]
ADJUDICATED = "\0adjudicated"  # what no annotator can be called
Said = Mapping[tuple[int, str], Truth]
"""What each annotator says about each text, by text id and annotator."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two annotators, or one and the adjudicated answers, on the texts that both answered.

    Attributes:
        first, second: their names; `second` is None for the adjudicated answers.
        overall: over all labels. labels: for each label that both were asked about.
        confusions: the most frequent first.
    """

    first: str
    second: str | None
    overall: Agreement
    labels: Mapping[str, Agreement]
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Agreement of the answers given without suggestions, with them, or of all.

    Attributes:
        annotators: those who share texts with others, sorted.
        overall, labels: of all annotators together.
        pairs: of two annotators who share texts.
    """

    suggestions: Suggestions
    annotators: tuple[str, ...]
    overall: Agreement
    labels: Mapping[str, Agreement]
    pairs: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class AnnotatorAgreement:
    """How far the annotators of a project agree, on texts that several answered blind.

    Attributes:
        conditions: those under which two annotators answered the same text; if there are answers with suggestions and
            without, all of them last.
        adjudicated: each annotator against the adjudicated answers, whose spans count as right.
        repeats: agreement of annotators with themselves on repeated texts, by annotator.
    """

    conditions: tuple[Condition, ...]
    adjudicated: tuple[Comparison, ...]
    repeats: Mapping[str, Consistency]


def annotator_agreement(store: Store, answers: Sequence[Answer], labels: Sequence[str]) -> AnnotatorAgreement | None:
    """How far annotators agree; None if no text was answered by two, or by one and adjudicated.

    Args:
        store: of the project.
        answers: all answers ever given.
        labels: of the project.
    """
    schemes = store.journal.schemes()
    decided = of_texts((answer for answer in standing(answers) if answer.adjudicates), schemes)
    blind = _to_shared_texts(blind_answers(answers), decided)
    if not blind:
        return None
    said, places = of_annotators(blind, schemes), _places(store, blind)
    aided = _aided(store, blind)
    found = [_condition(name, _shared(each, places), labels) for name, each in _apart(said, aided).items()]
    decisions = {(text_id, ADJUDICATED): truth for text_id, truth in decided.items()}
    adjudicated = _adjudicated(_shared(said | decisions, places), labels)
    if not (any(found) or adjudicated):
        return None
    repeats = with_themselves(store, pairs(answers, schemes))
    return AnnotatorAgreement(tuple(one for one in found if one), adjudicated, repeats)


def each_with_others(store: Store, answers: Sequence[Answer], labels: Sequence[str]) -> dict[str, WithOthers]:
    """How far each annotator agrees with the others, with suggestions and without, by name; see `annotator_agreement`.

    Whoever shares no text with others is left out.
    """
    blind = _to_shared_texts(blind_answers(answers), ())
    texts = _shared(of_annotators(blind, store.journal.schemes()), _places(store, blind))
    names = sorted({name for text in texts for name in text.said})
    found = {name: agreement_with_others(texts, name, labels) for name in names}
    return {name: one for name, one in found.items() if one}


def _apart(said: Said, aided: Collection[tuple[int, str]]) -> dict[Suggestions, Said]:
    """What was said without suggestions and with them and, if there is both, altogether."""
    without, with_ = (
        {key: truth for key, truth in said.items() if (key in aided) == was_aided} for was_aided in (False, True)
    )
    apart: dict[Suggestions, Said] = {"without": without, "with": with_}
    return apart | {"any": said} if without and with_ else {name: each for name, each in apart.items() if each}


def _to_shared_texts(answers: Sequence[Answer], decided: Collection[int]) -> list[Answer]:
    """The answers to texts that two annotators answered, or one if the text is adjudicated."""
    annotators: dict[int, set[str]] = {}
    for answer in answers:
        if answer.says_something:
            annotators.setdefault(answer.text_id, set()).add(answer.annotator)
    shared = {text_id for text_id, names in annotators.items() if len(names) + (text_id in decided) > 1}
    return [answer for answer in answers if answer.text_id in shared]


def _aided(store: Store, answers: Iterable[Answer]) -> set[tuple[int, str]]:
    """Text id and annotator of those who saw suggestions."""
    given = list(answers)
    entropies = store.questions.entropies(answer.question_id for answer in given if answer.question_id)
    return {
        (answer.text_id, answer.annotator)
        for answer in given
        if answer.says_something and had_suggestions(answer, entropies.get(answer.question_id or ""))
    }


def _places(store: Store, answers: Sequence[Answer]) -> dict[int, SharedText]:
    """The texts of these answers, with their words, before anybody has said anything."""
    asked: dict[int, set[str]] = {}
    for answer in answers:
        asked.setdefault(answer.text_id, set()).update([answer.question_id] if answer.question_id else ())
    tokens = store.questions.tokens(id_ for ids in asked.values() for id_ in ids)
    return {
        text.id: SharedText(
            unit_of(text.group, text.text),
            _words(text.text, {token for id_ in asked[text.id] for token in tokens.get(id_, ())}),
            {},
        )
        for text in store.corpus.texts(list(asked))
    }


def _words(text: str, tokens: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The tokens that the text was asked about with, and the words elsewhere: an imported answer has no tokens."""
    known = sorted(token for token in tokens if not text[slice(*token)].isspace())
    if sum(end - start for start, end in known) < sum(not character.isspace() for character in text):
        places = {at for token in known for at in range(*token)}
        known += (word for word in words(text) if places.isdisjoint(range(*word)))
    return sorted(known)


def _shared(said: Said, places: Mapping[int, SharedText]) -> list[SharedText]:
    """The texts about which at least two say something, with the annotators sorted by name."""
    of_text: dict[int, dict[str, Truth]] = {}
    for (text_id, annotator), truth in sorted(said.items(), key=lambda item: item[0]):
        if truth.labels_anywhere:
            of_text.setdefault(text_id, {})[annotator] = truth
    return [replace(places[text_id], said=truths) for text_id, truths in of_text.items() if len(truths) > 1]


def _condition(suggestions: Suggestions, texts: Sequence[SharedText], labels: Sequence[str]) -> Condition | None:
    names = sorted({name for text in texts for name in text.said})
    compared = (_comparison(texts, pair, labels) for pair in combinations(names, 2))
    pairs = tuple(one for one in compared if one)
    is_pair = len(names) == 2 and pairs
    found = (pairs[0].overall, pairs[0].labels) if is_pair else agreement(texts, labels)
    return Condition(suggestions, tuple(names), *found, pairs) if found else None


def _adjudicated(texts: Sequence[SharedText], labels: Sequence[str]) -> tuple[Comparison, ...]:
    names = sorted({name for text in texts for name in text.said} - {ADJUDICATED})
    compared = (_comparison(texts, (name, ADJUDICATED), labels) for name in names)
    return tuple(replace(one, second=None) for one in compared if one)


def _comparison(texts: Sequence[SharedText], pair: tuple[str, str], labels: Sequence[str]) -> Comparison | None:
    both = [text.only(pair) for text in texts if text.said.keys() >= {*pair}]
    found = agreement(both, labels)
    if found is None:
        return None
    return Comparison(*pair, *found, tuple(confusions((text.said[pair[0]], text.said[pair[1]]) for text in both)))


def with_themselves(store: Store, found: Sequence[Pair]) -> Mapping[str, Consistency]:
    """Intra-annotator agreement, by annotator."""
    units = units_of(store, found)
    names = sorted({pair.answer.annotator for pair in found})
    return {name: consistency([pair for pair in found if pair.answer.annotator == name], units) for name in names}


def units_of(store: Store, found: Iterable[Pair]) -> dict[int, str]:
    """The units of resampling of repeated texts, by text id: the group, or the text alone."""
    texts = store.corpus.texts([pair.answer.text_id for pair in found])
    return {text.id: unit_of(text.group, text.text) for text in texts}
