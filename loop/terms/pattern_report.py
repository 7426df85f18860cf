"""How the patterns of a project fare: how often each matches, and how often the answers agree with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spacy.language import Language

from loop.base.pipeline import load_base
from loop.errors import InputError
from loop.learning.weak_labels import Evidence
from loop.patterns.file import pattern_lines
from loop.patterns.matching import Patterns, usable_of
from loop.patterns.parsing import Pattern, read_usable
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.terms.project_terms import teaching_texts
from loop.terms.review import COMMON, ENOUGH
from loop.truth import Truth, of_texts


@dataclass(slots=True)
class Fared:
    """How one pattern fares.

    Attributes:
        matches, texts: how often it matches the texts that may teach, and in how many of them.
        evidence: what the answers say about its matches.
    """

    matches: int = 0
    texts: int = 0
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class PatternReport:
    """How the usable patterns of a project fare.

    Attributes:
        patterns: by their numbers in the file. fared: how each fares.
        read: how many texts that may teach were looked at.
    """

    patterns: dict[int, Pattern]
    fared: dict[int, Fared]
    read: int

    def problems(self) -> list[str]:
        """What is wrong with the patterns, in sentences."""
        contradicted = [n for n, fared in self.fared.items() if not fared.evidence.is_believed]
        common = [n for n, fared in self.fared.items() if self.read >= ENOUGH and fared.texts > COMMON * self.read]
        sentences = (
            ("The answers contradict {} more often than they agree.", contradicted),
            ("{} matches in most of the texts: it is no term.", common),
            ("{} has a label on another line, too.", self._ambiguous()),
        )
        return [words.format(_named(lines)) for words, lines in sentences if lines]

    def _ambiguous(self) -> list[int]:
        label: dict[str, str] = {}
        found = []
        for n, pattern in self.patterns.items():
            string = pattern.pattern.casefold() if isinstance(pattern.pattern, str) else str(pattern.pattern)
            if label.setdefault(string, pattern.label) != pattern.label:
                found.append(n)
        return found


def _named(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")
    return f"Pattern {shown}" if len(lines) == 1 else f"Each of the patterns {shown}"


def pattern_report(paths: ProjectPaths, settings: Settings, store: Store) -> PatternReport:
    """How the patterns of a project fare; invalid ones are left out.

    Raises:
        LoopError: the base, the gold file or the pattern file cannot be read.
    """
    file, nlp = paths.patterns(settings.project.patterns), load_base(settings.project.base)
    good = usable_of(_numbered(file, settings.project.labels), nlp)[0] if file.exists() else []
    patterns = {pattern.line: pattern for pattern in good}
    texts = teaching_texts(paths, settings, store) if patterns else []
    report = PatternReport(patterns, {line: Fared() for line in patterns}, len(texts))
    if patterns:
        matcher = _Lines(nlp, good)
        for teaching in texts:
            _count(report, matcher.of(teaching.text))
        known = of_texts(store.answers.training(), store.journal.schemes())
        for text in store.corpus.texts(list(known)):
            _judge(report, matcher.of(text.text), known[text.id])
    return report


def _numbered(file: Path, labels: Collection[str]) -> Iterator[Pattern | InputError]:
    """The patterns of a file by the numbers that `loop patterns list` shows: those of a list by their places in it."""
    numbers = (number for number, line in enumerate(pattern_lines(file), start=1) if line.strip())
    for number, found in zip(numbers, read_usable(file, labels), strict=False):
        yield replace(found, line=number) if isinstance(found, Pattern) else found


class _Lines:
    """Finds the lines of the patterns that match: each is given its number as its label."""

    def __init__(self, nlp: Language, patterns: Iterable[Pattern]) -> None:
        numbered = [replace(pattern, label=str(pattern.line)) for pattern in patterns]
        self._nlp = nlp
        self._patterns = Patterns(nlp, numbered, labels={pattern.label for pattern in numbered}, tried=True)

    def of(self, text: str) -> list[tuple[int, Span]]:
        with self._nlp.memory_zone():
            return [(int(span.label), span) for span in self._patterns.all_matches(self._nlp.make_doc(text), self._nlp)]


def _count(report: PatternReport, found: Sequence[tuple[int, Span]]) -> None:
    for line, _ in found:
        report.fared[line].matches += 1
    for line in {line for line, _ in found}:
        report.fared[line].texts += 1


def _judge(report: PatternReport, found: Iterable[tuple[int, Span]], truth: Truth) -> None:
    for line, span in found:
        named = replace(span, label=report.patterns[line].label)
        report.fared[line].evidence = report.fared[line].evidence.plus(Evidence.of(named, truth))
