"""Files received and not yet catalogued: a table one completes at leisure, then publishes."""
