"""Care for a project: checks, privacy, backups, and traces of erased texts."""
