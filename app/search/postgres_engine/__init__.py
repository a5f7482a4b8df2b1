"""The engine of several machines: PostgreSQL keeps the words beside the rest of the site, the ranking is ours."""

from app.search.postgres_engine.engine import PostgresEngine

__all__ = ["PostgresEngine"]
