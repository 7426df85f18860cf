"""Match patterns: reads pattern files, tries patterns out before use, and matches them in texts."""
