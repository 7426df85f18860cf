"""The sections of `loop.cfg` with free-form keys: [keys] by command, [labels] by label, [routes] by annotator."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.errors import SettingsError
from loop.records import Focus

# Comments above these sections in a new loop.cfg.
WHY = {
    "keys": 'Keys that replace those of a command: accept = ["enter", "f2"]. docs/keys.md lists the commands.',
    "routes": 'Who is asked about what, as by --where and --label: ann = ["meta.shop=north", "label=PART"].',
    "labels": (
        'Descriptions of labels, shown by g: PART = {"description": "…", "examples": ["chain", "brake pad"]}. '
        "Words like the examples are asked about first."
    ),
}


@dataclass(frozen=True, slots=True)
class LabelNote:
    """A label's description and examples for annotators."""

    description: str = ""
    examples: tuple[str, ...] = ()


def read_keys(raw: Mapping[str, str], source: Path) -> dict[str, tuple[str, ...]]:
    """Return the keys of each command; does not check that commands and keys exist.

    Raises:
        SettingsError: a value is not a list of strings.
    """
    return {command: _keys(command, text, source) for command, text in raw.items()}


def _keys(command: str, text: str, source: Path) -> tuple[str, ...]:
    value = _json(text)
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(key, str) and key for key in value):
        raise SettingsError(
            f"{source}: [keys] {command} must be a list of keys, not {text or 'empty'}.",
            hint=f'For example: {command} = ["f2"]; an empty list leaves the command without a key.',
        )
    return tuple(value)


def read_labels(raw: Mapping[str, str], labels: Collection[str], source: Path) -> dict[str, LabelNote]:
    """Return the note on each label in the section.

    Raises:
        SettingsError: a key is not one of `labels`, or a value is not a description with examples.
    """
    notes = {}
    for label, text in raw.items():
        if label not in labels:
            raise SettingsError(
                f"{source}: [labels] {label} is not one of the project's labels.", hint=f"They are {', '.join(labels)}."
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


def read_routes(raw: Mapping[str, str], labels: Collection[str], source: Path) -> dict[str, Focus]:
    """Return the focus of each annotator in the section.

    Raises:
        SettingsError: a value is not a list of conditions, or names a label that is none of `labels`.
    """
    return {annotator: _route(annotator, text, labels, source) for annotator, text in raw.items()}


def _route(annotator: str, text: str, labels: Collection[str], source: Path) -> Focus:
    value = _json(text)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        asked = [each.removeprefix("label=") for each in value if each.startswith("label=")]
        focus = focus_of([each for each in value if not each.startswith("label=")], label="".join(asked))
        if focus is not None and set(asked) <= set(labels) and len(asked) <= 1:
            return focus
    raise SettingsError(
        f"{source}: [routes] {annotator} must be a list of conditions on a text, and at most one label of the project.",
        hint=f'For example: {annotator} = ["meta.shop=north", "batch=2", "label={next(iter(labels), "PART")}"].',
    )


def focus_of(conditions: Sequence[str], *, label: str = "", measure: int = 0) -> Focus | None:
    """Return the focus of a session with these conditions, like "meta.key=value" and "batch=2"; None if one is none."""
    where, batch = [], 0
    for words in conditions:
        key, sign, value = words.partition("=")
        if key == "batch" and value.isdecimal() and int(value) and not batch:
            batch = int(value)
        elif sign and key.startswith("meta.") and value and key != "meta.":
            where.append((key.removeprefix("meta."), value))
        else:
            return None
    return Focus(label, tuple(where), measure, batch)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def conditions_of(focus: Focus) -> list[str]:
    """Return the conditions of a focus on a text, as `focus_of` reads them."""
    meta = [f"meta.{key}={value}" for key, value in focus.where]
    return [*meta, *([f"batch={focus.batch}"] if focus.batch else [])]


def route_of(focus: Focus) -> list[str]:
    """Return a focus as the list of conditions in [routes]."""
    return [*conditions_of(focus), *([f"label={focus.label}"] if focus.label else [])]


def as_setting(value: tuple[str, ...] | LabelNote | Focus) -> str:
    """Return a value in the syntax of `loop.cfg`."""
    data: Any = route_of(value) if isinstance(value, Focus) else value
    if isinstance(value, LabelNote):
        data = {"description": value.description, "examples": list(value.examples)}
    return json.dumps(data, ensure_ascii=False)
