"""Colours that colour-blind people can tell apart, on light and dark; no meaning by colour alone."""

from __future__ import annotations

# Okabe and Ito's palette without black, slightly lightened so that black text stays readable; the most different
# colours come first. From the eighth label on they repeat: the labels are written out anyway.
PALETTE = ("#8ecbf2", "#f5c26b", "#7fd6b5", "#f0a7c6", "#f3ea8a", "#b9c7f5", "#f2a58c")


def style_rules() -> list[tuple[str, str]]:
    """Return the style of every class the screen uses, in prompt_toolkit's form."""
    spans = [(f"span{i}", f"underline bg:{colour} fg:#000000") for i, colour in enumerate(PALETTE)]
    chips = [(f"chip{i}", f"bg:{colour} fg:#000000") for i, colour in enumerate(PALETTE)]
    return [
        *spans,
        *chips,
        ("candidate", "underline"),
        ("candidate-chip", "italic"),
        ("target", "bold"),
        ("difference", "underline bold"),
        ("difference-chip", "italic bold"),
        ("selection", "reverse underline"),
        ("cursor", "reverse"),
        ("match", "bold underline"),
        ("mark", "dim"),
        ("hint", "bold reverse"),
        ("rule", "dim"),
        ("quiet", "dim"),
        ("dimmed", "dim"),
        ("title", "bold"),
        ("key", "bold"),
        ("message", "bold"),
        ("loud", "bold reverse"),
    ]


def colour_class(kind: str, labels: tuple[str, ...], label: str) -> str:
    """Return the style class of a label's span or chip."""
    number = labels.index(label) if label in labels else 0
    return f"class:{kind}{number % len(PALETTE)}"
