"""What to ask next: acquisition functions rank the pool, the queue mixes its shares; arithmetic only, no model."""
