"""What had another name in version 0.1: still understood, with a DeprecationWarning, until version 0.3."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

# The names of today by the former ones: of the streams that questions come from, ...
STREAMS = {"doubtful": "uncertain", "again": "repeat"}
# ... of the keys of `loop.cfg`, by section, ...
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "queue": {"again_share": "repeat_share"},
    "update": {"pull_back": "l2_sp"},
    "keys": {"next_reading": "next_analysis", "previous_reading": "previous_analysis"},
}
# ... of the kinds of findings, ...
CHECKS = {"disputed": "disagreement", "string": "inconsistent", "unlike": "repeat"}
# ... of columns of the store, ...
COLUMNS = {"share": "stream", "reading": "prediction", "again": "repeat"}
# ... and of what packages exported: today it may be in another module.
EXPORTS: Mapping[str, Mapping[str, str]] = {
    "loop.bulk": {"cut": "loop.bulk.chunked"},
    "loop.editing": {
        "Command": "loop.editing.keymap.Command",
        "Mark": "loop.records.TokenSpan",
        "plan": "loop.simulate.keystrokes.plan",
    },
    "loop.final": {
        "Comparison": "loop.final.comparing.Comparison",
        "MODEL": "loop.final.training.MODEL",
        "Written": "loop.final.folder.Written",
        "agreement": "loop.final.comparing.agreement_on_the_rest",
        "compared": "loop.final.comparing.compared",
        "named": "loop.final.package_name",
        "scored": "loop.final.pipeline_scores",
    },
    "loop.intake": {"Split": "loop.records.Split", "whole": "loop.intake.unsplit"},
    "loop.lattice": {
        "Moves": "loop.lattice.Transitions",
        "Outlook": "loop.lattice.Expectation",
        "Reading": "loop.lattice.Analysis",
        "TokenSpan": "loop.records.TokenSpan",
    },
    "loop.progress": {
        "by_heart_words": "loop.progress.overfitting_words",
        "held_words": "loop.progress.pinned_words",
    },
    "loop.quality": {"Kind": "loop.quality.finding.Kind"},
    "loop.session": {
        "PATTERNS": "loop.settings.PATTERNS_NAME",
        "TRAINER_STARTS": "loop.session.trainer_watch.TRAINER_STARTS",
        "Walk": "loop.session.Review",
    },
    "loop.store": {"Wishes": "loop.store.Requests"},
    "loop.trainer": {"hold": "loop.trainer.pin"},
}
# The former keys in JSON for programs, by those of today.
_KEYS = {
    "evaluated_round": "measured",
    "pinned_round": "held",
    "overfits": "by_heart",
    "f1": "f",
    "f1_interval": "f_interval",
}


def renamed(former: str, today: str) -> str:
    """Return in a sentence that something has another name today."""
    return f"{former} is now called {today}; the former name goes with version 0.3."


def warn_of(former: str, today: str) -> None:
    """Warn who calls the caller that something has another name today."""
    warnings.warn(renamed(former, today), DeprecationWarning, stacklevel=3)


def attribute(owner: str, former: str, today: str) -> property:
    """Return the property `former` of the class `owner`, which gives the attribute `today`."""

    def get(self: Any) -> Any:
        warn_of(f"{owner}.{former}", f"{owner}.{today}")
        return attrgetter(today)(self)

    return property(get, doc=f"The former name of `{today}`.")


def exports(package: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that still gives what it exported under former names."""

    def get(name: str) -> Any:
        today = EXPORTS[package].get(name)
        if today is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        warn_of(f"{package}.{name}", today)
        module, _, attribute = today.rpartition(".")
        return getattr(import_module(module), attribute)

    return get


def with_former_keys(value: Any) -> Any:
    """Return plain data in which every key, however deep, has its former name beside it."""
    if isinstance(value, Mapping):
        plain = {key: with_former_keys(each) for key, each in value.items()}
        # What holds an object is no such key, but a label of that name.
        former = {
            name: plain[key] for key, name in _KEYS.items() if key in plain and not isinstance(plain[key], Mapping)
        }
        return plain | former
    return [with_former_keys(each) for each in value] if isinstance(value, list | tuple) else value
