"""The second schema: texts keep what their file suggested, rounds how well the base is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("texts", sa.Column("suggested", sa.Text(), nullable=True))
    op.add_column("rounds", sa.Column("kept", sa.Text(), nullable=True))
