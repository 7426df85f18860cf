"""The rounds' predictions on held-out texts; scores are computed from these, never stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

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
        """Store the predictions of a round on some texts, replacing earlier ones."""
        rows = ({"round": round, "digest": digest(text), "spans": dump_spans(sorted(found[text]))} for text in found)
        statement = insert(predictions)
        kept = statement.on_conflict_do_update(
            index_elements=["round", "digest"], set_={"spans": statement.excluded.spans}
        )
        while part := list(islice(rows, WRITE_ROWS)):
            with self._database.write() as connection:
                connection.execute(kept, part)

    def of(self, round: int, texts: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """The stored predictions of a round on `texts`, by text; texts without predictions are left out."""
        wanted = {digest(text): text for text in texts}
        query = select(predictions.c.digest, predictions.c.spans).where(predictions.c.round == round)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {wanted[row.digest]: load_spans(row.spans) for row in rows if row.digest in wanted}

    def rounds(self) -> list[int]:
        """The rounds with any predictions, in order."""
        with self._database.read() as connection:
            return list(connection.execute(select(predictions.c.round).distinct().order_by("round")).scalars())

    def forget(self, texts: Collection[str]) -> None:
        """Delete all predictions on these texts."""
        with self._database.write() as connection:
            for part in batched(list(texts), WRITE_ROWS):
                connection.execute(delete(predictions).where(predictions.c.digest.in_(map(digest, part))))
