"""The second schema: texts keep what their file suggested."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("texts", sa.Column("suggested", sa.Text(), nullable=True))
