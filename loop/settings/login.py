"""Who uses the program."""

from __future__ import annotations

import getpass
import os


def login() -> str:
    """Return the user's name; one made of the number where the system knows none, as in many a container."""
    try:
        return getpass.getuser()
    except (LookupError, OSError):
        return f"uid{os.getuid()}"
