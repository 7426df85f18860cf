"""`python -m loop`, and the command `loop`."""

from __future__ import annotations

import gc
from typing import NoReturn

# Starting creates 100,000 lasting objects: with Python's default threshold (700), garbage collection took a fifth of
# the time to the first question, with this one a twentieth.
COLLECT_AFTER = 200_000


def main() -> NoReturn:
    """Run the command line."""
    gc.set_threshold(COLLECT_AFTER)
    from loop.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
