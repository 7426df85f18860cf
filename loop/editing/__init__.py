"""The editor as a state machine: `press(state, key, keys)` returns the next state; the screen only draws it."""

from typing import TYPE_CHECKING

from loop.editing.draft import from_draft, mode_of, to_draft
from loop.editing.editor import act, give, possible, press
from loop.editing.keymap import COMMANDS, REVIEW_COMMANDS, Keymap, keymap
from loop.editing.marks import Aids, Likely, Page, Range, Suggester, page_of
from loop.editing.state import Intent, Layout, Snapshot, State, begin, chances, left_out, likely, looking_at, resume
from loop.editing.teach import is_for_teaching, most_uncertain, possible_entities
from loop.editing.versions import Difference, Version, compared, is_decided, undecided
from loop.former_names import exports

__all__ = [
    "Likely",
    "Range",
    "Suggester",
    "Aids",
    "Page",
    "page_of",
    "possible_entities",
    "most_uncertain",
    "is_for_teaching",
    "COMMANDS",
    "REVIEW_COMMANDS",
    "Difference",
    "Version",
    "compared",
    "is_decided",
    "undecided",
    "Keymap",
    "keymap",
    "Snapshot",
    "Intent",
    "Layout",
    "State",
    "begin",
    "looking_at",
    "resume",
    "likely",
    "chances",
    "left_out",
    "act",
    "give",
    "possible",
    "press",
    "to_draft",
    "from_draft",
    "mode_of",
]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
