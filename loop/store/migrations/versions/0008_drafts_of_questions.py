"""Drafts belong to questions instead of texts: a text may be asked about more than once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("drafts_question", table_name="drafts")
    op.rename_table("drafts", "drafts_of_texts")
    op.create_table(
        "drafts",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("annotator", sa.String(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"]),
        sa.PrimaryKeyConstraint("question_id", "annotator"),
    )
    names = "question_id, annotator, text_id, draft, at"
    op.execute(f"INSERT INTO drafts ({names}) SELECT {names} FROM drafts_of_texts")
    op.drop_table("drafts_of_texts")
