"""The look: colours that colour-blind people tell apart, on light and dark, and never colour alone."""

from __future__ import annotations

# Okabe and Ito's palette without black, a little lighter so that black text stays readable on all of them; the
# order puts the most different ones first. Labels beyond the seventh begin again: their names are written out.
PALETTE = ("#8ecbf2", "#f5c26b", "#7fd6b5", "#f0a7c6", "#f3ea8a", "#b9c7f5", "#f2a58c")


def style_rules() -> list[tuple[str, str]]:
    """Return the style of every class the screen uses, as prompt_toolkit wants it."""
    spans = [(f"span{i}", f"underline bg:{colour} fg:#000000") for i, colour in enumerate(PALETTE)]
    chips = [(f"chip{i}", f"bg:{colour} fg:#000000") for i, colour in enumerate(PALETTE)]
    return [
        *spans,
        *chips,
        ("candidate", "underline"),
        ("candidate-chip", "italic"),
        ("target", "bold"),
        ("selection", "reverse underline"),
        ("cursor", "reverse"),
        ("mark", "dim"),
        ("hint", "bold reverse"),
        ("rule", "dim"),
        ("quiet", "dim"),
        ("title", "bold"),
        ("key", "bold"),
        ("message", "bold"),
        ("loud", "bold reverse"),
    ]


def colour_class(kind: str, labels: tuple[str, ...], label: str) -> str:
    """Return the class of a label's span or chip."""
    number = labels.index(label) if label in labels else 0
    return f"class:{kind}{number % len(PALETTE)}"
