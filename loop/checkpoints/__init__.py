"""The pipelines that rounds saved: plain spaCy folders with checksums."""
