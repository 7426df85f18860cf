"""What an answer does in the store takes as long in a large project as in a small one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import event
from sqlalchemy.engine import Engine

from loop.records import Answer, Question, Span, Text
from loop.store import NewText, Store

LARGE = "questions", "answers", "texts", "queue", "drafts", "events", "predictions"


def asked(n: int) -> Question:
    return Question(f"q{n}", Text(n, f"text {n}"), ((0, 4),), (Span(0, 4, "PART"),))


def scans(engine: Engine, statements: list[tuple[str, object]]) -> list[str]:
    """The parts of the statements' plans that go through a whole table, if it is a large one."""
    found = []
    with engine.connect() as connection:
        for statement, parameters in statements:
            if statement.split()[0] in ("SELECT", "DELETE", "UPDATE"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found += [row[3] for row in plan if row[3].startswith("SCAN ") and row[3].split()[1] in LARGE]
    return found


def test_an_answer_searches_and_goes_through_no_large_table(store: Store) -> None:
    store.corpus.add_batch((NewText(f"text {n}") for n in range(1, 20)), source="x")
    scheme = store.journal.scheme(["PART"])
    store.questions.publish([asked(n) for n in range(1, 20)], round=0)
    store.drafts.save(asked(3), "ann", "{}")
    engine = store._database._engine
    statements: list[tuple[str, object]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def heard(_connection, _cursor, statement, parameters, _context, executes_many):  # type: ignore[no-untyped-def]
        statements.append((statement, parameters[0] if executes_many else parameters))

    given = Answer("a1", 1, "ann", "accept", (Span(0, 4, "PART"),), scheme=scheme, question_id="q1")
    store.answers.add(given)
    store.answers.add(replace(given, id="a2", text_id=2, question_id="q2", passage=(0, 4), complete=False))
    store.answers.add(replace(given, id="a3", retracts="a1"))
    event.remove(engine, "before_cursor_execute", heard)

    assert len(statements) > 20
    assert [] == scans(engine, statements)
