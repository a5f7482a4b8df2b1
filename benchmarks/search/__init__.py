"""``./run bench search``: each engine beside SQLite FTS5 and its bare library, in the same run."""
