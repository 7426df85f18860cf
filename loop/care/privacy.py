"""Which files hold text of the corpus: looked for in every file, not taken from a list."""

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

# Texts that are looked for: a file that holds the corpus holds some of them.
SAMPLE = 50
# So much of a text is its own; shorter ones stand in others by chance.
LONG_ENOUGH = 12


@dataclass(frozen=True, slots=True)
class Private:
    """A file or folder with text of the corpus: what it is, and whether it was seen in there or only written so."""

    path: Path
    what: str


def files_with_text(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[Private]:
    """Yield the store, the files of the project in which texts of a sample are found, and the copies written elsewhere.

    What is packed with gzip or zlib is unpacked for that; a table of columns such as CoNLL is found by its record.
    """
    for path in sorted(paths.data.glob(f"{paths.db.name}*")):
        yield Private(path, "the store" if path == paths.db else "of the store: its log, or an older copy")
    if settings.project.eval is not None:
        yield Private(paths.resolve(settings.project.eval), "gold texts, named in loop.cfg")
    texts = sorted((text.text for text in store.corpus.sample(10 * SAMPLE, Random(0))), key=len)[-SAMPLE:]
    found = [path.resolve() for path in holding(paths.root, texts) if not path.name.startswith(paths.db.name)]
    yield from (Private(path, "found in it") for path in found)
    for copy in store.copies.all():
        path = Path(copy.path)
        if path.exists() and path.resolve() not in found:
            yield Private(path, f"{copy.what}, written {copy.at[:10]}")


def holding(root: Path, texts: Sequence[str]) -> Iterator[Path]:
    """Yield the files under a folder that hold one of these texts, as it is or as JSON writes it."""
    needles = [needle for text in texts if len(text) >= LONG_ENOUGH for needle in _spellings(text)]
    seen: set[tuple[int, int]] = set()
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            new = (status.st_dev, status.st_ino) not in seen
            seen.add((status.st_dev, status.st_ino))
            if new and _holds(_content(path), needles):
                yield path


def _holds(content: bytes, needles: Sequence[bytes]) -> bool:
    return any(needle in content for needle in needles)


def _spellings(text: str) -> set[bytes]:
    plain = text.encode()
    return {plain, *(json.dumps(text, ensure_ascii=ascii)[1:-1].encode() for ascii in (True, False))}


def _content(path: Path) -> bytes:
    """What is in a file, unpacked where it is packed; nothing where it cannot be read."""
    content = b""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            return gzip.decompress(content)
        return zlib.decompress(content) if content[:1] == b"x" else content
    except (OSError, EOFError, zlib.error):
        return content
