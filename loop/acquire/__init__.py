"""Query selection: acquisition functions rank the pool and the queue mixes its streams; pure arithmetic, no model."""
