"""Unfinished output: finished chunks with a journal, so that a killed run resumes without gaps or duplicates."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from loop.bulk.chunks import Chunk, Predicted
from loop.errors import LoopError
from loop.files import make_private, open_private
from loop.formats import write_predictions

SUFFIX = ".partial"


@dataclass(frozen=True, slots=True)
class Done:
    """A journal entry: a finished chunk, whose lines follow those of the chunk before.

    Attributes:
        source, input, texts: as in `Predicted`. output, size: digest and number of bytes of its lines.
    """

    source: str
    input: str
    texts: int
    output: str
    size: int


class Unfinished:
    """The folder `OUT.partial` beside an output file: lines, a journal of chunks, and the run's signature.

    Journal entries count only while the lines match them byte for byte; everything after is dropped. So no syncing is
    needed, and a run may end at any time and in any way.

    Attributes:
        texts: the number of finished texts.

    Raises:
        LoopError: the folder cannot be written, another run uses it, or it has another `signature` and `drop_other` is
            not set.
    """

    def __init__(self, folder: Path, signature: Mapping[str, Any], *, drop_other: bool = False) -> None:
        self.folder = folder
        try:
            make_private(folder)
            self._journal, self._lines = (_opened(folder / name) for name in ("journal", "lines"))
        except OSError as error:
            raise LoopError(f"{folder} cannot be written: {error.strerror}.", hint="Name another file.") from None
        self._lock()
        self._signature, self._drop_other = json.loads(json.dumps(signature)), drop_other
        self._done = self._resumed()
        self.texts = sum(done.texts for done in self._done)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise LoopError(f"Another run is using {self.folder}.", hint="Wait for it, or stop it.") from None

    def _resumed(self) -> list[Done]:
        head, done = self._read_journal()
        if head is not None and head != self._signature:
            if not self._drop_other:
                self.close()
                changed = ", ".join(name for name, value in self._signature.items() if value != head.get(name))
                hint = "Give the same arguments as before, or start again with --force."
                raise LoopError(f"{self.folder} is from a different run: {changed} changed.", hint=hint)
            done = []
        done = list(self._borne_out(done))
        self._cut_back(done)
        return done

    def _read_journal(self) -> tuple[Any, list[Done]]:
        entries = []
        for line in self._journal:
            try:
                entries.append(json.loads(line))
            except ValueError:  # the last line of a killed run
                break
        if not entries:
            return None, []
        return entries[0], [Done(**entry) for entry in entries[1:]]

    def _borne_out(self, entries: Iterable[Done]) -> Iterator[Done]:
        self._lines.seek(0)
        for done in entries:
            if _digest(self._lines.read(done.size)) != done.output:
                return
            yield done

    def _cut_back(self, done: Sequence[Done]) -> None:
        self._lines.truncate(sum(entry.size for entry in done))
        self._lines.seek(0, os.SEEK_END)
        self._journal.seek(0)
        self._journal.truncate()
        for entry in (self._signature, *map(asdict, done)):
            self._journal.write(_line(entry))
        self._journal.flush()

    def rest(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Yield the unfinished chunks.

        Raises:
            LoopError: the finished chunks are from other texts.
        """
        left = iter(chunks)
        for n, done in enumerate(self._done):
            chunk = next(left, None)
            if chunk is None or chunk.digest() != done.input:
                self._refuse_others(n)
                yield from () if chunk is None else (chunk,)
                break
        yield from left

    def finished_chunks(self, chunks: Iterable[Chunk]) -> Counter[str]:
        """Return how many chunks of each source are finished; errors as in `rest`."""
        next(self.rest(chunks), None)
        return Counter(done.source for done in self._done)

    def _refuse_others(self, same: int) -> None:
        """Raise because the texts differ from the finished chunks after the first `same` chunks."""
        texts = sum(done.texts for done in self._done[:same])
        if not self._drop_other:
            problem = f"{self.folder} is from other texts: they differ after text {texts:,}."
            raise LoopError(problem, hint="Give the same texts as before, or use --force to drop what differs.")
        self.texts, self._done = texts, self._done[:same]
        self._cut_back(self._done)

    def add(self, predicted: Predicted) -> None:
        """Store the predictions of the next chunk."""
        source, input, texts, lines = predicted.source, predicted.input, predicted.texts, predicted.lines
        self._lines.write(lines)
        self._lines.flush()
        self._journal.write(_line(asdict(Done(source, input, texts, _digest(lines), len(lines)))))
        self._journal.flush()
        self.texts += texts

    def finish(self, out: str) -> None:
        """Write all lines to `out`, in the format of its ending, and remove the folder.

        Raises:
            LoopError: `out` cannot be written; the folder stays.
        """
        write_predictions(self.folder / "lines", out)
        self.drop()

    def drop(self) -> None:
        """Remove the folder."""
        self.close()
        shutil.rmtree(self.folder)

    def close(self) -> None:
        """Release the folder for another run."""
        self._lines.close()
        self._journal.close()


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(open_private(path, os.O_RDWR), "r+b")


def _digest(lines: bytes) -> str:
    return hashlib.blake2b(lines, digest_size=16).hexdigest()


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"
