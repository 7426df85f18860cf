"""The sections of `loop.cfg` whose keys are the user's own: [keys] by command, [labels] by label."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.errors import SettingsError

# Written into a new loop.cfg above each of these sections.
WHY = {
    "keys": 'Other keys for a command, instead of its own: accept = ["enter", "f2"]. docs/keys.md lists the commands.',
    "labels": 'What a label means, shown by g: PART = {"description": "…", "examples": ["chain", "brake pad"]}.',
}


@dataclass(frozen=True, slots=True)
class LabelNote:
    """What the annotators are told about a label."""

    description: str = ""
    examples: tuple[str, ...] = ()


def read_keys(raw: Mapping[str, str], source: Path) -> dict[str, tuple[str, ...]]:
    """Return the keys of each command named; whether there is such a command or key is not known here.

    Raises:
        SettingsError: a value is no list of texts.
    """
    return {command: _keys(command, text, source) for command, text in raw.items()}


def _keys(command: str, text: str, source: Path) -> tuple[str, ...]:
    value = _json(text)
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(key, str) and key for key in value):
        raise SettingsError(
            f"{source}: [keys] {command} needs a list of keys, and {text or 'nothing'} is not.",
            hint=f'For example: {command} = ["f2"]; an empty list leaves it without a key.',
        )
    return tuple(value)


def read_labels(raw: Mapping[str, str], labels: Collection[str], source: Path) -> dict[str, LabelNote]:
    """Return what is said about each label named.

    Raises:
        SettingsError: it is none of `labels`, or a value is no description with examples.
    """
    notes = {}
    for label, text in raw.items():
        if label not in labels:
            raise SettingsError(
                f"{source}: [labels] {label} is none of the project's labels.", hint=f"They are {', '.join(labels)}."
            )
        notes[label] = _note(label, text, source)
    return notes


def _note(label: str, text: str, source: Path) -> LabelNote:
    value = _json(text)
    value = {"description": value} if isinstance(value, str) else value
    if isinstance(value, dict) and set(value) <= {"description", "examples"}:
        description, examples = value.get("description", ""), value.get("examples", [])
        texts = isinstance(examples, list) and all(isinstance(each, str) for each in examples)
        if isinstance(description, str) and texts:
            return LabelNote(description, tuple(examples))
    raise SettingsError(
        f"{source}: [labels] {label} needs a description and examples.",
        hint=f'For example: {label} = {{"description": "what was made", "examples": ["brake pad"]}}.',
    )


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def dumped(value: tuple[str, ...] | LabelNote) -> str:
    """Return a value as `loop.cfg` holds it."""
    data: Any = value
    if isinstance(value, LabelNote):
        data = {"description": value.description, "examples": list(value.examples)}
    return json.dumps(data, ensure_ascii=False)
