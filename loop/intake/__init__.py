"""Read files into the corpus: split and group texts, fit imported answers to the base's tokens."""

from typing import TYPE_CHECKING

from loop.former_names import exports
from loop.intake import docbin  # noqa: F401 (it registers its reader and its writer)
from loop.intake.answers import ReadAnswers, fit_to_tokens, read_answers
from loop.intake.cleaning import Cleaning
from loop.intake.export import answered
from loop.intake.gold import gold_remarks
from loop.intake.import_plan import ImportPlan, LabelCount, import_answers, plan_import
from loop.intake.remarks import Remarks
from loop.intake.survey import LONG, LONG_UNSPACED, Finding, Survey
from loop.intake.texts import AddReport, Cut, add_texts, cut_by, new_texts, short_enough, unsplit

__all__ = [
    "Cut",
    "unsplit",
    "cut_by",
    "new_texts",
    "short_enough",
    "add_texts",
    "Cleaning",
    "Finding",
    "LONG",
    "LONG_UNSPACED",
    "Survey",
    "AddReport",
    "fit_to_tokens",
    "ReadAnswers",
    "read_answers",
    "ImportPlan",
    "LabelCount",
    "plan_import",
    "import_answers",
    "gold_remarks",
    "Remarks",
    "answered",
]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
