"""The name of the user."""

from __future__ import annotations

import getpass
import os


def login() -> str:
    """Return the user's login name, or one made from the user id if the system has none, as in containers."""
    try:
        return getpass.getuser()
    except (LookupError, OSError):
        return f"uid{os.getuid()}"
