"""Scores docs into calibrated lattices (exact probabilities of a recognizer's analyses), and builds questions."""
