"""`python -m loop`, and the command `loop`."""

from __future__ import annotations

import gc
from typing import NoReturn

# A start makes a hundred thousand objects that stay: with Python's threshold (700), looking through them for rubbish
# took a fifth of the time to the first question, and a twentieth with half of their number.
COLLECT_AFTER = 200_000


def main() -> NoReturn:
    """Run the command line."""
    gc.set_threshold(COLLECT_AFTER)
    from loop.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
