"""Rounds keep a hash of their weights, and the versions of all libraries that computed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("rounds", sa.Column("weights", sa.String(), nullable=False, server_default=""))
    op.execute("ALTER TABLE rounds RENAME COLUMN spacy_version TO versions")
    op.execute("UPDATE rounds SET versions = 'spacy ' || versions")
