"""Maps renamed, merged and removed labels: translates earlier answers to the current labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from loop.records import Span
from loop.store.schema import schemes

Names = Mapping[str, str | None]
"""New names by old label; the name of another label merges the two, None removes the label."""


@dataclass(frozen=True, slots=True)
class Relabeling:
    """A change of labels that also applies to earlier answers.

    Attributes:
        version: version of the resulting scheme.
        before: the labels before the change.
        names: new names of the labels that change.
    """

    version: int
    before: tuple[str, ...]
    names: Names

    @property
    def is_renaming(self) -> bool:
        """Whether it only renames labels, so that no answer changes its meaning."""
        return all(new is not None and new not in self.before for new in self.names.values())

    def touches(self, labels: Iterable[str]) -> bool:
        """Whether any of these labels changes, or is the new name of another."""
        return bool({*self.names, *self.names.values()} & set(labels))

    def known(self, labels: Sequence[str]) -> tuple[str, ...]:
        """The labels that an answer complete for `labels` is complete for after the change.

        This includes a merged label only if the answer is complete for all labels merged into it.
        """
        lacking = {self.names.get(label, label) for label in self.before if label not in labels}
        now = (self.names.get(label, label) for label in labels)
        return tuple(dict.fromkeys(label for label in now if label is not None and label not in lacking))


class Naming:
    """Translates answers given under earlier schemes to the current labels.

    Args:
        schemes: the labels of each scheme, by version.
        relabelings: all changes of labels, oldest first.
        asked: the labels asked about, for schemes that asked about only some.
    """

    def __init__(
        self,
        schemes: Mapping[int, tuple[str, ...]],
        relabelings: Sequence[Relabeling],
        asked: Mapping[int, tuple[str, ...]] | None = None,
    ) -> None:
        self._schemes, self._relabelings, self._asked = schemes, relabelings, asked or {}
        self._revisions = {version: self._revision(version) for version in schemes} if relabelings else {}

    @property
    def complete_for(self) -> dict[int, tuple[str, ...]]:
        """The current labels that complete answers cover, by scheme version."""
        return {version: self.known(version) for version in self._schemes}

    @property
    def version(self) -> int:
        """The version of the current scheme; 0 before the first."""
        return max(self._schemes.keys() - self._asked.keys(), default=0)

    def label(self, label: str, scheme: int) -> str | None:
        """The current name of a label of a scheme; None if it was removed."""
        now: str | None = label
        for each in self._since(scheme):
            now = each.names.get(now, now) if now is not None else None
        return now

    def spans(self, spans: tuple[Span, ...], scheme: int) -> tuple[Span, ...]:
        """Spans of a scheme with the current labels, in order, without those of removed labels."""
        if not self._since(scheme):
            return spans
        named = ((span, self.label(span.label, scheme)) for span in spans)
        return tuple(dict.fromkeys(replace(span, label=label) for span, label in named if label is not None))

    def outdated(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Translate imported spans: labels that are not current are mapped through all relabelings."""
        now = self._schemes.get(self.version, ())
        named = ((span, span.label if span.label in now else self.label(span.label, 0)) for span in spans)
        return tuple(dict.fromkeys(replace(span, label=label) for span, label in named if label is not None))

    def in_force(self, scheme: int) -> tuple[str, ...]:
        """The labels of a scheme under their current names, without removed ones; none for version 0."""
        named = (self.label(label, scheme) for label in self._schemes.get(scheme, ()))
        return tuple(dict.fromkeys(label for label in named if label is not None))

    def known(self, scheme: int) -> tuple[str, ...]:
        """The current labels that complete answers under a scheme cover."""
        labels = self._asked.get(scheme, self._schemes[scheme])
        for each in self._since(scheme):
            labels = each.known(labels)
        return labels

    def is_current(self, scheme: int) -> bool:
        """Whether answers under a scheme need no translation."""
        return not self._since(scheme)

    def revision(self, scheme: int) -> int:
        """The version of the last relabeling that changed the meaning of answers under a scheme; 0 if none did."""
        return self._revisions.get(scheme, 0)

    def _revision(self, scheme: int) -> int:
        labels, last = self._schemes[scheme], 0
        for each in self._since(scheme):
            last = each.version if not each.is_renaming and each.touches(labels) else last
            labels = tuple(name for label in labels if (name := each.names.get(label, label)) is not None)
        return last

    def after(self, names: Names) -> Naming:
        """The naming after another relabeling of the current labels."""
        version, before = 1 + max(self._schemes), self._schemes[self.version]
        named = (names.get(label, label) for label in before)
        labels = tuple(dict.fromkeys(label for label in named if label is not None))
        return Naming(
            {**self._schemes, version: labels}, [*self._relabelings, Relabeling(version, before, names)], self._asked
        )

    def other_names(self, beginning: str) -> list[tuple[int, str]]:
        """(scheme, label) pairs of renamed labels whose current names begin with `beginning`."""
        every = [(version, label) for version, labels in self._schemes.items() for label in labels]
        return [(version, label) for version, label in every if self._is_other(label, version, beginning)]

    def _is_other(self, label: str, scheme: int, beginning: str) -> bool:
        now = self.label(label, scheme)
        return now not in (None, label) and str(now).startswith(beginning)

    def _since(self, scheme: int) -> list[Relabeling]:
        return [each for each in self._relabelings if each.version > scheme]


def read_naming(connection: Connection) -> Naming:
    """Read the current naming, within the caller's transaction."""
    rows = connection.execute(select(schemes).order_by(schemes.c.version)).all()
    labels = {row.version: tuple(json.loads(row.labels)) for row in rows}
    changes = [
        Relabeling(row.version, labels[row.version - 1], json.loads(row.names)) for row in rows if row.names is not None
    ]
    return Naming(labels, changes, {row.version: tuple(json.loads(row.asked)) for row in rows if row.asked is not None})
