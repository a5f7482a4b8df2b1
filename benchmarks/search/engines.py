"""Our engines as the benchmarks open them: over an empty folder, or an empty database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

from app.search.engine import SearchEngine

LOCAL = "postgresql://127.0.0.1:5432/postgres"


@contextmanager
def database_for(engine: str, server: str) -> Iterator[str]:
    """Give the address of an empty database where the engine needs one, dropped at the end."""
    if engine != "postgres":
        yield ""
        return
    name = f"beffroi_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def opened(name: str, folder: Path, address: str) -> Iterator[SearchEngine]:
    """Give an engine by the name its setting takes; its connections are closed at the end."""
    if name == "postgres":
        from app.search.postgres_engine import PostgresEngine  # only where there is a server

        base = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
        try:
            yield PostgresEngine(lambda: base)
        finally:
            base.dispose()
    elif name == "tantivy":
        from app.search.tantivy_engine import TantivyEngine  # a process measures one engine

        yield TantivyEngine(folder / "index")
    else:
        from app.search.whoosh_engine import WhooshEngine  # same

        yield WhooshEngine(folder / "index")
