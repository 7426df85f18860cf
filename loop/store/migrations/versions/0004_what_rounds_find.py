"""What rounds find in the texts that measure them, in the place of scores; their estimates and their agreement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "predictions",
        sa.Column("round", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("spans", sa.Text(), nullable=False),
    )
    with op.batch_alter_table("rounds") as rounds:
        rounds.drop_column("scores")
        rounds.add_column(sa.Column("agreement", sa.Float(), nullable=True))
        rounds.add_column(sa.Column("estimate", sa.Text(), nullable=True))
