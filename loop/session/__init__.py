"""One annotator at work on a project, and at looking at earlier answers again. No screen, no spaCy."""

from loop.session.review import Review, Stop
from loop.session.session import Session
from loop.session.status import SessionStatus

__all__ = ["Session", "SessionStatus", "Stop", "Review"]
