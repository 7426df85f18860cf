"""What a round does to the weights: examples, updates, averages, pretraining; and how well the result does."""
