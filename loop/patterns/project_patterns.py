"""The project's file of match patterns, read anew when it has changed."""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

from loop.errors import InputError
from loop.patterns.matching import Patterns, say_left_out, usable
from loop.patterns.parsing import Pattern
from loop.records import Span
from loop.settings import ProjectPaths, Settings

Version = tuple[int, int] | None
"""Modification time (nanoseconds) and size of a file; None if it does not exist."""


class PatternsFile:
    """The project's pattern file, reloaded when it changes.

    Attributes:
        path: the file; `patterns.jsonl` (which need not exist) unless loop.cfg names one.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings) -> None:
        self.path = paths.patterns(settings.project.patterns)
        self._needed = settings.project.patterns is not None
        self._labels = settings.project.labels
        self._seen = self.version
        self._patterns: Patterns | None = None

    @property
    def changed(self) -> bool:
        """Whether the file has changed since it was last loaded."""
        return self._seen != self.version

    def matches(self, nlp: Language) -> Callable[[Doc], list[Span]] | None:
        """Return a function that matches the patterns in docs tokenized like those of `nlp`; None without a file.

        Invalid and unmatchable patterns are ignored and reported in the trainer's log.

        Raises:
            InputError: the file named in loop.cfg cannot be read.
        """
        if self.changed or self._patterns is None:
            self._seen = self.version
            self._patterns = self._usable(nlp) if self._is_wanted else None
        patterns = self._patterns
        return (lambda doc: patterns.matches(doc, nlp)) if patterns else None

    def problems(self, nlp: Language) -> list[InputError]:
        """The errors in the file, one per invalid line; none without a file."""
        return usable(self.path, nlp, self._labels)[1] if self.path.exists() else []

    def usable(self, nlp: Language) -> list[Pattern]:
        """The patterns that can be matched; none without a file.

        Raises:
            InputError: the file, or the one named in loop.cfg, cannot be read.
        """
        self._seen = self.version
        return usable(self.path, nlp, self._labels)[0] if self._is_wanted else []

    @property
    def _is_wanted(self) -> bool:
        """Whether there is a file, or must be one."""
        return self._needed or self._seen is not None

    def _usable(self, nlp: Language) -> Patterns:
        good, bad = usable(self.path, nlp, self._labels)
        for error in bad:
            say_left_out(error)
        return Patterns(nlp, good, labels=self._labels, tried=True)

    @property
    def version(self) -> Version:
        """Version of the file, as it is now."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
