"""The terminal: the full-screen annotation application, and a line mode."""
