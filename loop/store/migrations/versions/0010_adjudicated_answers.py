"""Answers may decide between the answers of several annotators."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE answers ADD COLUMN adjudicates TEXT NOT NULL DEFAULT '[]'")
