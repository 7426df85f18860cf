"""Query selection: acquisition functions rank the pool and the queue mixes its sources; pure arithmetic, no model."""
