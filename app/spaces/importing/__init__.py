"""Bringing many people in at once: a table is read, understood, tried, then turned into invitations."""
