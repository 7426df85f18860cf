"""The schema of loop 0.1, where migrations begin; new stores are created from `loop.store.schema`."""

from __future__ import annotations

revision = "0006"
down_revision = None


def upgrade() -> None:
    raise AssertionError("A store without a schema is created, not upgraded.")
