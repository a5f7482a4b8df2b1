"""The embedded engine: Whoosh 2.7.4 keeps the postings, scores and counts are made over whole arrays."""

from app.search.whoosh_engine.engine import WhooshEngine

__all__ = ["WhooshEngine"]
