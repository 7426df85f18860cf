"""Annotation sessions: new questions, or a review of earlier answers. No screen, no spaCy."""

from loop.session.review import Review, Stop
from loop.session.session import Session
from loop.session.status import SessionStatus

__all__ = ["Session", "SessionStatus", "Stop", "Review"]
