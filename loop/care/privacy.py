"""Find the files that contain text of the corpus by searching all files, not from a list."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from loop.settings import ProjectPaths, Settings
from loop.store import Store

# Sample size, and number of its longest texts to search for: a file with the corpus contains some of them.
SAMPLE, LOOKED_FOR = 500, 50
# Characters of a text that identify it; shorter texts occur in others by chance.
LONG_ENOUGH = 12


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file or folder with text of the corpus.

    Attributes:
        what: what the file is, or "contains texts" if that is all that is known.
    """

    path: Path
    what: str


def files_with_text(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[PrivateFile]:
    """Yield the store, the project's files that contain texts of a sample, and recorded copies elsewhere.

    The search unpacks gzip and zlib; column formats such as CoNLL are known from their record.
    """
    for path in sorted(paths.data.glob(f"{paths.db.name}*")):
        yield PrivateFile(path, "the store" if path == paths.db else "part of the store: its log, or an older copy")
    for path in sorted(paths.data.glob(f"{paths.features.name}*")):
        yield PrivateFile(path, "what an encoder computed of the texts")
    if settings.project.eval is not None:
        yield PrivateFile(paths.resolve(settings.project.eval), "gold texts, named in loop.cfg")
    texts = sorted((text.text for text in store.corpus.sample(SAMPLE, Random(0))), key=len)[-LOOKED_FOR:]
    found = [path.resolve() for path in files_holding(paths.root, texts) if not path.name.startswith(paths.db.name)]
    yield from (PrivateFile(path, "contains texts") for path in found)
    for copy in store.copies.all():
        path = Path(copy.path)
        if path.exists() and path.resolve() not in found:
            yield PrivateFile(path, f"{copy.what}, written {copy.at[:10]}")


def files_holding(root: Path, texts: Sequence[str]) -> Iterator[Path]:
    """Yield the files under a folder that contain one of the texts, plain or as JSON."""
    needles = [needle for text in texts if len(text) >= LONG_ENOUGH for needle in _spellings(text)]
    seen: set[tuple[int, int]] = set()
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            new = (status.st_dev, status.st_ino) not in seen
            seen.add((status.st_dev, status.st_ino))
            content = _content(path) if new else b""
            if any(needle in content for needle in needles):
                yield path


def _spellings(text: str) -> set[bytes]:
    plain = text.encode()
    return {plain, *(json.dumps(text, ensure_ascii=ascii)[1:-1].encode() for ascii in (True, False))}


def _content(path: Path) -> bytes:
    """The unpacked content of a file; empty if it cannot be read."""
    content = b""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            return gzip.decompress(content)
        return zlib.decompress(content) if content[:1] == b"x" else content
    except (OSError, EOFError, zlib.error):
        return content
