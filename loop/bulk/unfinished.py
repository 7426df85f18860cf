"""Output on its way: finished chunks aside, with a journal, so that a killed run goes on without gaps or doubles."""

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
    """A finished chunk, whose lines begin where those of the chunk before end.

    Attributes:
        source, input, texts: as in `Predicted`. output, size: digest of the lines, and their bytes.
    """

    source: str
    input: str
    texts: int
    output: str
    size: int


class Unfinished:
    """The folder `OUT.partial` beside a file: lines, a journal of chunks, and what both depend on.

    The journal is believed only as far as the lines bear it out, byte for byte; what was written after that is dropped.
    So it needs no syncing, and it does not matter when and how a run ended.

    Attributes:
        texts: how many are finished.

    Raises:
        LoopError: it cannot be written, another run is at work on it, or it was begun with another `signature` and is
            not to be dropped.
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
            raise LoopError(f"Another run is at work on {self.folder}.", hint="Leave it to it.") from None

    def _resumed(self) -> list[Done]:
        head, done = self._read_journal()
        if head is not None and head != self._signature:
            if not self._drop_other:
                self.close()
                changed = ", ".join(name for name, value in self._signature.items() if value != head.get(name))
                hint = "Finish it as it was begun, or say --force to begin anew."
                raise LoopError(f"{self.folder} was begun with something else: {changed}.", hint=hint)
            done = []
        done = list(self._borne_out(done))
        self._cut_back(done)
        return done

    def _read_journal(self) -> tuple[Any, list[Done]]:
        entries = []
        for line in self._journal:
            try:
                entries.append(json.loads(line))
            except ValueError:  # the end of a run that was killed
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
        """Yield the chunks that are left to do.

        Raises:
            LoopError: those that are done are not of these texts.
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
        """Return how many chunks of each source are done already; errors as in `rest`."""
        next(self.rest(chunks), None)
        return Counter(done.source for done in self._done)

    def _refuse_others(self, same: int) -> None:
        """The texts are others than those of a chunk that is done, the first `same` left out."""
        texts = sum(done.texts for done in self._done[:same])
        if not self._drop_other:
            problem = f"{self.folder} was begun with other texts: they differ after text {texts:,}."
            raise LoopError(problem, hint="Give the texts it was begun with, or say --force to drop what differs.")
        self.texts, self._done = texts, self._done[:same]
        self._cut_back(self._done)

    def add(self, predicted: Predicted) -> None:
        """Keep what became of a chunk, the next after those that are kept."""
        source, input, texts, lines = predicted.source, predicted.input, predicted.texts, predicted.lines
        self._lines.write(lines)
        self._lines.flush()
        self._journal.write(_line(asdict(Done(source, input, texts, _digest(lines), len(lines)))))
        self._journal.flush()
        self.texts += texts

    def finish(self, out: str) -> None:
        """Write all lines to `out`, in the format that its name tells, and drop the folder.

        Raises:
            LoopError: it cannot be written; the folder stays.
        """
        write_predictions(self.folder / "lines", out)
        self.drop()

    def drop(self) -> None:
        """Remove the folder."""
        self.close()
        shutil.rmtree(self.folder)

    def close(self) -> None:
        """Let another run go on."""
        self._lines.close()
        self._journal.close()


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(open_private(path, os.O_RDWR), "r+b")


def _digest(lines: bytes) -> str:
    return hashlib.blake2b(lines, digest_size=16).hexdigest()


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"
