"""Remote files, named by a URL such as `s3://notes/2026.jsonl` and opened with fsspec."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from loop.errors import LoopError


def is_remote(path: Path | str) -> bool:
    """Whether a name is a URL."""
    return isinstance(path, str) and "://" in path


def open_remote(url: str, mode: Literal["rb", "wb"]) -> AbstractContextManager[BinaryIO]:
    """Open a remote file as a context manager.

    Raises:
        LoopError: fsspec, or a package it needs for this protocol, is missing.
        OSError: there is no such file.
    """
    system, path = _place(url)
    return cast(AbstractContextManager[BinaryIO], system.open(path, mode))


def is_there(url: str) -> bool:
    """Whether the file exists; errors as in `open_remote`."""
    system, path = _place(url)
    return bool(system.exists(path))


def matching(url: str) -> list[str]:
    """Return the files that match a URL with `*`, sorted; errors as in `open_remote`."""
    system, path = _place(url)
    return [system.unstrip_protocol(found) for found in sorted(system.glob(path))]


def _place(url: str) -> tuple[Any, str]:
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        missing = "fsspec" if error.name == "fsspec" else str(error).splitlines()[0].rstrip(".")
        raise LoopError(
            f"Files at {_kind(url)} need another package: {missing}.", hint="Install it with pip."
        ) from None
    except ValueError:
        raise LoopError(f"fsspec does not know {_kind(url)}.", hint="Check the URL.") from None
    return system, str(path)


def _kind(url: str) -> str:
    return url.split("://")[0] + "://"
