"""Checkpoints: the pipelines of the rounds, as plain spaCy folders with checksums."""
