"""PostgreSQL behind the seam: the common contract, and what only tables can suffer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from app.search.postgres_engine import PostgresEngine
from tests.conftest import new_database
from tests.search.contract import EngineContract

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    """An empty database of its own."""
    with new_database() as address:
        yield create_engine(address)


class TestPostgres(EngineContract):
    @pytest.fixture(autouse=True)
    def _database(self, database: Engine) -> None:
        self.database = database

    def open(self, folder: Path) -> PostgresEngine:
        return PostgresEngine(lambda: self.database, f"index_{abs(hash(folder)):x}")
