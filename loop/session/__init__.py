"""One annotator at work on a project, and at looking at earlier answers again. No screen, no spaCy."""

from loop.session.session import PATTERNS, Session
from loop.session.status import SessionStatus
from loop.session.tending import TRAINER_STARTS
from loop.session.walk import Stop, Walk

__all__ = ["PATTERNS", "TRAINER_STARTS", "Session", "SessionStatus", "Stop", "Walk"]
