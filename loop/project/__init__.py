"""Create and open projects, with every check. All access to a project's store goes through here."""

from loop.project.creating import create_project, created, created_like
from loop.project.erasing import ErasedReport, erase
from loop.project.labels import add_labels, check_known, finish_relabeling, relabel
from loop.project.merging import MergeReport, merge
from loop.project.opening import Opened, begin_anew, is_open_to_changes, open_store, opened
from loop.project.trust import check_trust, code_files, is_trusted, run_code, trust

__all__ = [
    "ErasedReport",
    "MergeReport",
    "Opened",
    "add_labels",
    "begin_anew",
    "check_known",
    "check_trust",
    "code_files",
    "create_project",
    "created",
    "created_like",
    "erase",
    "finish_relabeling",
    "is_open_to_changes",
    "is_trusted",
    "merge",
    "open_store",
    "opened",
    "relabel",
    "run_code",
    "trust",
]
