"""Docs to lattices, calibrated: exact probabilities of what a recognizer may find, and the questions made of them."""
