"""Where a store can lie: on a file system of the network SQLite's write-ahead log is not safe."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

MOUNTS = Path("/proc/mounts")
# The log needs memory that all processes share, and such file systems are there for several machines:
# https://sqlite.org/wal.html, "All processes using a database must be on the same host computer".
NETWORK = frozenset({
    "9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.glusterfs", "fuse.mfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "gfs", "gfs2", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs",
    "pvfs2", "smb2", "smb3", "smbfs", "webdav",
})  # fmt: skip


def journal_mode(folder: Path) -> Literal["WAL", "DELETE"]:
    """How a store in `folder` is to log its transactions; slower, and without a log shared in memory, on a network."""
    return "DELETE" if file_system(folder) in NETWORK else "WAL"


def file_system(folder: Path) -> str:
    """The type of the file system that `folder` is on, as the kernel names it; empty where it does not tell."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:  # not Linux; SQLite itself then refuses a log where it can have none
        return ""
    path, found, longest = str(folder.resolve()), "", -1
    for line in lines:
        _, mounted, kind, *_ = line.split(" ")
        point = _unescaped(mounted)
        # Of two mounts on one point the later one covers the earlier.
        if len(point) >= longest and os.path.commonpath([path, point]) == point:
            found, longest = kind, len(point)
    return found


def _unescaped(mounted: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), mounted)
