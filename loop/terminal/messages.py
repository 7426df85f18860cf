"""Messages of the controller for the message line."""

from __future__ import annotations

from loop.records import Mode

MOUSE_IS_ON = "The mouse is on: click a word, drag over several. Shift and drag selects for copying in most terminals."
MOUSE_IS_OFF = "The mouse is off: the terminal selects text for copying."
MODES: tuple[Mode, ...] = ("correct", "teach", "manual")
WHAT_MODES_ARE: dict[Mode, str] = {
    "correct": "Correct mode: correct all spans of the text.",
    "teach": "Teach mode: one uncertain span, yes or no.",
    "manual": "Manual mode: nothing is suggested.",
}
BEGUN = "You began this text in {mode} mode; {asked} mode starts with the next text."
ANSWERED = "This text was answered in {mode} mode and opens in it."
BEGINS_ANEW = "Your draft no longer fits the words or labels of this text, so the text starts fresh."
NOTHING_DOUBTFUL = "The model is uncertain about nothing here yet, so this asks for all spans of the text."
# Whether there was a decision.
RETRACTED = {
    True: "The decision is taken back: the annotators' answers count again.",
    False: "Nothing is decided here yet.",
}
