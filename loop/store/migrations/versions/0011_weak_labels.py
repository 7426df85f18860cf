"""What patterns and other sources say about unanswered texts is recorded, to be learned from."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE weak_labels (
            seq INTEGER NOT NULL, source VARCHAR NOT NULL, scheme INTEGER NOT NULL, patterns TEXT NOT NULL,
            goes_on BOOLEAN DEFAULT 0 NOT NULL, PRIMARY KEY (seq), FOREIGN KEY(seq) REFERENCES events (seq)
        )
    """)
    op.execute("""
        CREATE TABLE weak_texts (
            seq INTEGER NOT NULL, text_id INTEGER NOT NULL, spans TEXT NOT NULL, PRIMARY KEY (seq, text_id),
            FOREIGN KEY(seq) REFERENCES weak_labels (seq), FOREIGN KEY(text_id) REFERENCES texts (id)
        )
    """)
    op.execute("CREATE INDEX weak_texts_text ON weak_texts (text_id)")
