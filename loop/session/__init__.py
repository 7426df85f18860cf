"""One annotator at work on a project, and at looking at earlier answers again. No screen, no spaCy."""

from loop.session.review import Review, Stop
from loop.session.session import Session
from loop.session.status import SessionStatus
from loop.session.trainer_watch import TRAINER_STARTS

__all__ = ["TRAINER_STARTS", "Session", "SessionStatus", "Stop", "Review"]
