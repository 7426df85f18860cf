"""The tables of a project's store; `migrations/` upgrades older stores."""

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

# Everything that affects the weights, in chronological order.
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
    # The file's suggestions: a JSON list of [start, end, label]; NULL if it had none.
    Column("suggested", Text),
    # A number in [0, 1) derived from the text: a range of its index is a random sample, without a scan.
    Column("pick", Float, nullable=False),
    Column("answered", Boolean, nullable=False, server_default=text("0")),
    # The event since which its answers count although fewer than it needs are there; NULL for none.
    Column("released", Integer),
    # AUTOINCREMENT: the ids of removed texts are never reused.
    sqlite_autoincrement=True,
)
Index("texts_pool", texts.c.pick, sqlite_where=texts.c.answered == text("0"))
Index("texts_released", texts.c.id, sqlite_where=texts.c.released.is_not(None))
Index("texts_batch", texts.c.batch_id)
Index("texts_group", texts.c.group_key, sqlite_where=texts.c.group_key.is_not(None))

schemes = Table(
    "schemes",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("labels", Text, nullable=False),
    Column("at", String, nullable=False),
    # Changes of labels since the previous version: JSON of new names (or null) by old ones; NULL for no change.
    Column("names", Text),
    # The labels that complete answers cover; NULL for all of them.
    Column("asked", Text),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String, primary_key=True),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("stream", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("entropy", Float),
    Column("tokens", Text, nullable=False),
    Column("prediction", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    Column("lattice", LargeBinary, nullable=False),
    # JSON: [start, end] of the part that is asked about; NULL for the whole text.
    Column("passage", Text),
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
    # The rank: that of the answer it replaces, if that one says something; otherwise its own seq.
    Column("place", Integer, nullable=False),
    Column("text_id", ForeignKey("texts.id"), nullable=False),
    Column("question_id", ForeignKey("questions.id")),
    Column("annotator", String, nullable=False),
    Column("scheme", ForeignKey("schemes.version"), nullable=False),
    Column("mode", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("complete", Boolean, nullable=False),
    # JSON: [start, end] of the part in which a partial answer gives all spans; NULL for none.
    Column("passage", Text),
    # JSON: spans of whose place it says nothing, as [start, end, label].
    Column("unclear", Text, nullable=False, server_default="[]"),
    Column("held_out", Boolean, nullable=False),
    # Whether it answers a blind repeat, which measures consistency.
    Column("repeat", Boolean, nullable=False, server_default=text("0")),
    Column("shown", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("flag", Boolean, nullable=False),
    Column("memo", Text, nullable=False),
    Column("guideline_hash", String, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("at", String, nullable=False),
    # JSON: the ids of the answers that it decides between.
    Column("adjudicates", Text, nullable=False, server_default="[]"),
    # How many annotators have to answer the text before it counts.
    Column("needs", Integer, nullable=False, server_default=text("1")),
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
    # Whether the next round starts from the one before it and takes its place.
    Column("closing", Boolean, nullable=False, server_default=text("0")),
)

# The rounds' predictions on held-out texts, and on a sample of the pool.
predictions = Table(
    "predictions",
    metadata,
    Column("round", Integer, primary_key=True),
    # The text's digest, as in `texts`; the text may come from a gold file instead of the corpus.
    Column("digest", LargeBinary, primary_key=True),
    Column("spans", Text, nullable=False),
    Column("pool", Boolean, nullable=False, server_default=text("0")),
)

# What a source of weak labels said, as an event: see `loop.store.weak_labels`.
weak_labels = Table(
    "weak_labels",
    metadata,
    Column("seq", ForeignKey("events.seq"), primary_key=True),
    Column("source", String, nullable=False),
    Column("scheme", Integer, nullable=False),
    # JSON: the patterns that were matched; null for one that was taken back.
    Column("patterns", Text, nullable=False),
    # Whether the source goes on after this, so that nothing is learned from it yet.
    Column("goes_on", Boolean, nullable=False, server_default=text("0")),
)

weak_texts = Table(
    "weak_texts",
    metadata,
    Column("seq", ForeignKey("weak_labels.seq"), primary_key=True),
    Column("text_id", ForeignKey("texts.id"), primary_key=True),
    # A JSON list of [start, end, label, number of the pattern].
    Column("spans", Text, nullable=False),
)
Index("weak_texts_text", weak_texts.c.text_id)

_INCOMING = ("digest", "text", "group_key", "meta", "source", "line", "suggested", "pick")
# Stages texts until all of them have been read; temporary, in memory, private to a connection.
incoming = Table(
    "incoming",
    MetaData(),
    *(Column(name, texts.c[name].type) for name in _INCOMING),
    prefixes=["TEMPORARY"],
)
