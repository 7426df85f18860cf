"""All that touches spaCy's models: the pipeline, its confidence, learning, evaluation, checkpoints."""
