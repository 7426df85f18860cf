"""Answers know whether their text was asked again to measure consistency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("answers", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.text("0")))
