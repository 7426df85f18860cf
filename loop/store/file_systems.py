"""Detects network file systems, on which SQLite's write-ahead log is not safe."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

MOUNTS = Path("/proc/mounts")
# A write-ahead log needs memory shared by all processes, but network file systems serve several machines:
# https://sqlite.org/wal.html, "All processes using a database must be on the same host computer".
NETWORK = frozenset({
    "9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.glusterfs", "fuse.mfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "gfs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs",
    "pvfs2", "smb2", "smb3", "smbfs", "webdav",
})  # fmt: skip


def journal_mode(folder: Path) -> Literal["WAL", "DELETE"]:
    """The SQLite journal mode for a store in `folder`: WAL or, on network file systems, the slower DELETE."""
    return "DELETE" if file_system(folder) in NETWORK else "WAL"


def file_system(folder: Path) -> str:
    """The kernel's name for the type of file system that `folder` is on; "" if unknown."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # not Linux; SQLite falls back by itself where WAL is unsupported
        return ""
    path, found, longest = str(folder.resolve()), "", -1
    for line in lines:
        _, mounted, kind, *_ = line.split(" ")
        point = _unescaped(mounted)
        # A later mount on the same mount point hides the earlier one.
        if len(point) >= longest and os.path.commonpath([path, point]) == point:
            found, longest = kind, len(point)
    return found


def _unescaped(mounted: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), mounted)
