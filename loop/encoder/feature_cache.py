"""Features that were computed before, in a file beside the store."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from loop.encoder.encoder import Features
from loop.files import open_private
from loop.records import Passage

# Most bytes of features; 10,000 texts of 30 words take 230 MB at a width of 384.
MOST = 2 * 10**9
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS features (
        number INTEGER PRIMARY KEY,
        text BLOB NOT NULL,
        tokens BLOB NOT NULL,
        size INTEGER NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (text, tokens)
    );
    CREATE TABLE IF NOT EXISTS encoder (checksum TEXT PRIMARY KEY);
"""
_INSERT = "INSERT OR IGNORE INTO features (text, tokens, size, value) VALUES (?, ?, ?, ?)"
# The earliest tenth goes when there are too many.
_DROP = "DELETE FROM features WHERE number <= (SELECT min(number) + (max(number) - min(number)) / 10 FROM features)"


class FeatureCache:
    """The features of texts by one encoder, by text and tokens.

    Nothing depends on the file: it may be deleted while nobody uses it, it is begun anew if it is damaged, and where it
    cannot be written features are computed each time.

    Args:
        file: a SQLite file of its own.
        encoder: what the features depend on; those of another encoder, or of other libraries, are dropped.
        most: bytes of features to keep; the earliest go first.
    """

    def __init__(self, file: Path, encoder: str, *, most: int = MOST) -> None:
        self._file, self._encoder, self._most = file, encoder, most
        self._connection: sqlite3.Connection | None = None
        self._size = 0
        try:
            self._open()
        except sqlite3.OperationalError:  # another process has it for too long
            self.close()
        except sqlite3.DatabaseError:  # it is damaged
            self.drop()
            with suppress(sqlite3.Error, OSError):
                self._open()
        except OSError:  # the folder cannot be written
            pass

    def get(self, text: str, tokens: Sequence[Passage]) -> Features | None:
        """The features of a text with these tokens; None if they are not known."""
        found = self._execute("SELECT value FROM features WHERE text = ? AND tokens = ?", *_keys(text, tokens))
        return np.frombuffer(found[0][0], dtype=np.float16).reshape(len(tokens), -1) if found else None

    def knows(self, text: str) -> bool:
        """Whether there are features of a text, with whatever tokens."""
        return bool(self._execute("SELECT 1 FROM features WHERE text = ? LIMIT 1", _key(_bytes(text))))

    def put(self, text: str, tokens: Sequence[Passage], features: Features) -> None:
        """Keep the features of a text."""
        value = features.tobytes()
        if self._execute(_INSERT, *_keys(text, tokens), len(value), value) is not None:
            self._size += len(value)
        if self._size > self._most:
            self._execute(_DROP)
            self._size = self._stored()

    @property
    def is_half_full(self) -> bool:
        """Whether half of the room is taken: what more is read ahead would push out what was read before."""
        return self._size > self._most / 2

    def close(self) -> None:
        """Close the file."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def drop(self) -> None:
        """Delete the file."""
        self.close()
        for path in self._file.parent.glob(f"{self._file.name}*"):
            path.unlink(missing_ok=True)

    def _open(self) -> None:
        os.close(open_private(self._file, os.O_RDWR))
        connection = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        self._connection = connection
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.executescript(_SCHEMA)
        if connection.execute("SELECT checksum FROM encoder").fetchall() != [(self._encoder,)]:
            connection.execute("DELETE FROM features")
            connection.execute("DELETE FROM encoder")
            connection.execute("INSERT OR IGNORE INTO encoder VALUES (?)", (self._encoder,))
        self._size = self._stored()

    def _stored(self) -> int:
        found = self._execute("SELECT coalesce(sum(size), 0) FROM features")
        return int(found[0][0]) if found else 0

    def _execute(self, statement: str, *values: object) -> list[tuple[Any, ...]] | None:
        """The rows; None where there is no file, or it fails: then it is not used any more."""
        if self._connection is None:
            return None
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error:
            self.close()
            return None


def _keys(text: str, tokens: Sequence[Passage]) -> tuple[bytes, bytes]:
    return _key(_bytes(text)), _key(np.array(tokens, dtype=np.int64).tobytes())


def _key(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
