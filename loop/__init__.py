"""Teach a spaCy pipeline to find the entities in your own texts, in a terminal, with few answers."""

__version__ = "0.1.0"
