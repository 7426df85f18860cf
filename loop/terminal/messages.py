"""Sentences that the controller says on the message line."""

from __future__ import annotations

from loop.records import Mode

MOUSE_IS_ON = "The mouse is on: click a word, drag over several. Shift and drag selects for copying in most terminals."
MOUSE_IS_OFF = "The mouse is off: the terminal selects text for copying."
MODES: tuple[Mode, ...] = ("correct", "teach", "manual")
WHAT_MODES_ARE: dict[Mode, str] = {
    "correct": "Correct mode: put all the spans of the text right.",
    "teach": "Teach mode: one uncertain span, yes or no.",
    "manual": "Manual mode: nothing is suggested.",
}
BEGUN = "This text was begun in {mode} mode and stays in it; {asked} mode comes with the next text."
ANSWERED = "This text was answered in {mode} mode and opens in it."
BEGINS_ANEW = "What was half done here no longer fits the words or labels of the text, so it begins anew."
NOTHING_DOUBTFUL = "Nothing is uncertain here yet, so all spans of this text are asked for."
