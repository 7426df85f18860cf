"""Match patterns: reading their files, trying them before they are used, matching them in texts."""
