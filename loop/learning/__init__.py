"""Training and evaluation: examples, updates, weight averages, pretraining and scores."""
