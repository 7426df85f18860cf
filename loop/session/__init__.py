"""Annotation sessions: new questions, or a review of earlier answers. No screen, no spaCy."""

from typing import TYPE_CHECKING

from loop.former_names import exports
from loop.session.adjudication import Adjudication, review_question
from loop.session.review import Review, Stop
from loop.session.session import Session
from loop.session.status import SessionStatus

__all__ = ["Adjudication", "Session", "SessionStatus", "Stop", "Review", "review_question"]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
