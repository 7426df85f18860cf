"""Schemes say what became of the labels before them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("schemes", sa.Column("names", sa.Text(), nullable=True))
