from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from loop.terminal.glyphs import fit, glyphs, visible, width


@given(st.text())
def test_nothing_a_terminal_would_obey_is_ever_shown(text: str) -> None:
    for glyph in glyphs(text):
        for char in glyph.shown:
            assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@given(st.text())
def test_the_width_is_what_a_terminal_will_use(text: str) -> None:
    shown = "".join(glyph.shown for glyph in glyphs(text))

    assert wcswidth(shown) == sum(glyph.width for glyph in glyphs(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\tb", "a→ b"),
        ("\x7f\x00", "␡␀"),
        ("\x9b2J", "⟨009B⟩2J"),
        ("\u202eevil\u202c", "⟨202E⟩evil⟨202C⟩"),
        ("zero\u200bwidth", "zero·width"),
        ("[bold]red[/bold]", "[bold]red[/bold]"),
        ("\udc80", "⟨DC80⟩"),
        ("👩\u200d🔧", "👩·🔧"),
        ("🇩🇪", "DE"),
        ("❤\ufe0f", "❤"),
        ("e\u0301", "e\u0301"),
        ("\u0301x", "◌\u0301x"),
        ("می\u200cخواهم", "میخواهم"),
        ("no\u00a0break", "no break"),
    ],
)
def test_what_is_invisible_or_dangerous_becomes_a_mark(text: str, shown: str) -> None:
    assert shown == "".join(glyph.shown for glyph in glyphs(text))


def test_a_pile_of_accents_is_cut() -> None:
    assert "a" + "\u0301" * 3 == "".join(glyph.shown for glyph in glyphs("a" + "\u0301" * 40))


def test_every_character_keeps_its_place() -> None:
    text = "a\u0301\n🇩🇪\x1b"

    assert len(text) == len(glyphs(text))


def test_one_line_shows_where_lines_were() -> None:
    assert "one⏎two" == visible("one\ntwo")


@given(st.text().map(visible), st.integers(0, 20))
def test_a_cut_text_fits(text: str, cells: int) -> None:
    assert width(fit(text, cells)) <= max(0, cells)


def test_wide_characters_are_cut_whole() -> None:
    assert ("自行…", 5) == (fit("自行车的链条", 6), width(fit("自行车的链条", 6)))
