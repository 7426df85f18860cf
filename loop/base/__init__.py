"""The base pipeline, which stays as it was, and the component of our own that learns the project's labels in it."""
