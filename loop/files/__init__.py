"""Atomic, durable and private writes of files and folders."""

from loop.files.folders import copy_over, drop, entries, files, link_tree, new_folder, own_size, point
from loop.files.rights import (
    SHARED,
    is_writable,
    make_private,
    make_private_and_sync,
    open_private,
    restrict,
    rights_in,
    share_with,
    sync,
)
from loop.files.writing import copy_file, is_special, new_file, replacing, rewrite_text

__all__ = [
    "SHARED",
    "copy_file",
    "copy_over",
    "drop",
    "entries",
    "files",
    "is_special",
    "is_writable",
    "link_tree",
    "make_private",
    "make_private_and_sync",
    "new_file",
    "new_folder",
    "open_private",
    "own_size",
    "point",
    "replacing",
    "restrict",
    "rewrite_text",
    "rights_in",
    "share_with",
    "sync",
]
