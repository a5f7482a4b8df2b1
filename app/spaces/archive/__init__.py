"""A whole space as one file, and back: the format is described in docs/archive.md."""
