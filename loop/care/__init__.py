"""Looking after a project: is it sound, is it private, a copy of it, and texts erased from it."""
