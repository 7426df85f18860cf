"""The calibration temperatures in a saved pipeline's meta, so that they travel with it."""

from __future__ import annotations

from pathlib import Path

import srsly


def temperatures(pipeline: Path) -> dict[str, float]:
    """The fitted temperatures in a saved pipeline, by component name; empty if `loop` did not save it."""
    known: dict[str, float] = srsly.read_json(pipeline / "meta.json").get("loop", {}).get("temperatures", {})
    return known


def note_temperature(pipeline: Path, component: str, temperature: float) -> None:
    """Store a component's temperature in a saved pipeline."""
    meta = srsly.read_json(pipeline / "meta.json")
    srsly.write_json(pipeline / "meta.json", meta | {"loop": {"temperatures": {component: temperature}}})
