"""Bringing references into a space: a file is read, tried, then done row by row, with a report."""
