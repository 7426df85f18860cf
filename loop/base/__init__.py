"""The base pipeline, which stays unchanged, and our own component that learns the project's labels."""
