"""The tables of a project's store; `migrations/` holds how older stores get here."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

state = Table(
    "state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

# Everything that bears on the weights, in the order in which it happened.
events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

texts = Table(
    "texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("group_key", String),
    Column("meta", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("line", Integer),
    # What the file suggested: a JSON list of [start, end, label]; NULL when it said nothing.
    Column("suggested", Text),
    # A number in [0, 1) derived from the text: an index range over it is a random sample, without a scan.
    Column("pick", Float, nullable=False),
    Column("answered", Boolean, nullable=False, server_default=text("0")),
    # AUTOINCREMENT: the id of a text that was taken back is never given to another.
    sqlite_autoincrement=True,
)
Index("texts_pool", texts.c.pick, sqlite_where=texts.c.answered == text("0"))
Index("texts_batch", texts.c.batch_id)
Index("texts_group", texts.c.group_key, sqlite_where=texts.c.group_key.is_not(None))

schemes = Table(
    "schemes",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("labels", Text, nullable=False),
    Column("at", String, nullable=False),
    # What became of labels of the version before: JSON of new names by old ones, null for none; NULL for nothing.
    Column("names", Text),
    # The labels that answers are complete for; NULL for all of them.
    Column("asked", Text),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String, primary_key=True),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("share", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("entropy", Float),
    Column("tokens", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    Column("lattice", LargeBinary, nullable=False),
)
Index("questions_text", questions.c.text_id)

queue = Table(
    "queue",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("question_id", ForeignKey("questions.id"), nullable=False),
)
Index("queue_question", queue.c.question_id)

drafts = Table(
    "drafts",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True),
    Column("annotator", String, primary_key=True),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("draft", Text, nullable=False),
    Column("at", String, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String, primary_key=True),
    Column("seq", ForeignKey("events.seq"), nullable=False, unique=True),
    # Its rank among the answers: that of the answer it replaces, where that one trained; otherwise its own seq.
    Column("place", Integer, nullable=False),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("question_id", ForeignKey("questions.id")),
    Column("annotator", String, nullable=False),
    Column("scheme", ForeignKey("schemes.version"), nullable=False),
    Column("mode", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("held_out", Boolean, nullable=False),
    # Whether its text was asked again, blind, to measure consistency.
    Column("again", Boolean, nullable=False, server_default=text("0")),
    Column("shown", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("flag", Boolean, nullable=False),
    Column("memo", Text, nullable=False),
    Column("guideline_hash", String, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("retracts", ForeignKey("answers.id"), unique=True),
)
Index("answers_text", answers.c.text_id)
Index("answers_annotator", answers.c.annotator, answers.c.seq)
Index("answers_question", answers.c.question_id)

rounds = Table(
    "rounds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("answers", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("loss", Float),
    Column("seconds", Float, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("versions", String, nullable=False),
    Column("weights", String, nullable=False, server_default=""),
    Column("digest", String, nullable=False),
    Column("at", String, nullable=False),
    Column("kept", Text),
    # F1 of its predictions against the round's before, on texts that nobody has answered; NULL for none.
    Column("agreement", Float),
    # What its own probabilities say of the pool; NULL until it has read some of it.
    Column("estimate", Text),
)

# What the pipelines of the rounds find in the held-out texts.
predictions = Table(
    "predictions",
    metadata,
    Column("round", Integer, primary_key=True),
    # Of the text, as in `texts`; it may be one of a file that is not in the corpus.
    Column("digest", LargeBinary, primary_key=True),
    Column("spans", Text, nullable=False),
)

_INCOMING = ("digest", "text", "group_key", "meta", "source", "line", "suggested", "pick")
# Where texts wait until all of them have been read; in memory, and a connection's own.
incoming = Table(
    "incoming",
    MetaData(),
    *(Column(name, texts.c[name].type) for name in _INCOMING),
    prefixes=["TEMPORARY"],
)
