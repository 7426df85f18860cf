"""What the pipelines of the rounds find in the held-out texts; scores are computed from it, and never kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from loop.records import Span
from loop.store.batches import digest
from loop.store.database import Database
from loop.store.lookup import parts
from loop.store.schema import predictions
from loop.store.spans import dump_spans, load_spans

# A longer transaction holds an annotator's answer up.
WRITE_ROWS = 200


class Predictions:
    """Spans found, by round and text; a text is known by its characters, whether it is in the corpus or in a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, round: int, found: Mapping[str, Collection[Span]]) -> None:
        """Keep what the pipeline of a round found in some texts, in the place of what it found there before."""
        rows = ({"round": round, "digest": digest(text), "spans": dump_spans(sorted(found[text]))} for text in found)
        statement = insert(predictions)
        kept = statement.on_conflict_do_update(
            index_elements=["round", "digest"], set_={"spans": statement.excluded.spans}
        )
        while part := list(islice(rows, WRITE_ROWS)):
            with self._database.write() as connection:
                connection.execute(kept, part)

    def of(self, round: int, texts: Iterable[str]) -> dict[str, tuple[Span, ...]]:
        """What the pipeline of a round found in those of the `texts` that it has read."""
        wanted = {digest(text): text for text in texts}
        query = select(predictions.c.digest, predictions.c.spans).where(predictions.c.round == round)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {wanted[row.digest]: load_spans(row.spans) for row in rows if row.digest in wanted}

    def rounds(self) -> list[int]:
        """The rounds whose pipelines have read any text, first to last."""
        with self._database.read() as connection:
            return list(connection.execute(select(predictions.c.round).distinct().order_by("round")).scalars())

    def forget(self, texts: Collection[str]) -> None:
        """Drop what was found in these texts."""
        with self._database.write() as connection:
            for part in parts(list(texts), WRITE_ROWS):
                connection.execute(delete(predictions).where(predictions.c.digest.in_(map(digest, part))))
