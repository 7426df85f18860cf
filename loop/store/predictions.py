"""The rounds' predictions on held-out texts, and on a sample of the pool; scores are computed from these when asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from loop.records import Span
from loop.store.batches import digest
from loop.store.database import Database
from loop.store.lookup import batched
from loop.store.schema import predictions
from loop.store.spans import dump_spans, load_spans

# Rows per transaction: a longer one would delay an annotator's answer.
WRITE_ROWS = 200


class Predictions:
    """Predicted spans by round and text; texts, of the corpus or of a file, are identified by their characters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, round: int, found: Mapping[str, Collection[Span]]) -> None:
        """Store the predictions of a round on some held-out texts, replacing earlier ones."""
        statement = insert(predictions)
        kept = {"spans": statement.excluded.spans, "pool": False}
        self._insert(statement.on_conflict_do_update(index_elements=["round", "digest"], set_=kept), round, found)

    def put_pool(self, round: int, found: Mapping[str, Collection[Span]]) -> None:
        """Store the predictions of a round on unanswered texts; those on texts that are held out since stay."""
        self._insert(insert(predictions).on_conflict_do_nothing(), round, found, pool=True)

    def _insert(
        self, statement: Insert, round: int, found: Mapping[str, Collection[Span]], *, pool: bool = False
    ) -> None:
        rows = (
            {"round": round, "digest": digest(text), "spans": dump_spans(sorted(found[text])), "pool": pool}
            for text in found
        )
        while part := list(islice(rows, WRITE_ROWS)):
            with self._database.write() as connection:
                connection.execute(statement, part)

    def of(self, round: int, texts: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """The stored predictions of a round on held-out `texts`, by text; texts without predictions are left out."""
        wanted = {digest(text): text for text in texts}
        return {wanted[key]: spans for key, spans in self._found(round, pool=False).items() if key in wanted}

    def of_pool(self, round: int) -> dict[bytes, tuple[Span, ...]]:
        """The stored predictions of a round on unanswered texts, by the text's digest."""
        return self._found(round, pool=True)

    def _found(self, round: int, *, pool: bool) -> dict[bytes, tuple[Span, ...]]:
        query = select(predictions.c.digest, predictions.c.spans)
        query = query.where(predictions.c.round == round, predictions.c.pool == pool)
        with self._database.read() as connection:
            return {row.digest: load_spans(row.spans) for row in connection.execute(query).all()}

    def rounds(self, *, pool: bool = False) -> list[int]:
        """The rounds with any predictions on held-out texts, or on those of the pool, in order."""
        query = select(predictions.c.round).distinct().where(predictions.c.pool == pool).order_by("round")
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def forget_pool(self, rounds: Collection[int]) -> None:
        """Delete the predictions of these rounds on the pool."""
        with self._database.write() as connection:
            connection.execute(delete(predictions).where(predictions.c.pool, predictions.c.round.in_(rounds)))

    def forget(self, texts: Collection[str]) -> None:
        """Delete all predictions on these texts."""
        with self._database.write() as connection:
            for part in batched(list(texts), WRITE_ROWS):
                connection.execute(delete(predictions).where(predictions.c.digest.in_(map(digest, part))))
