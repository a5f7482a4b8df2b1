"""What tests of the library share."""

from __future__ import annotations

import pytest
from flask import Flask

from app.search.audience import CatalogueKeeper
from app.search.operations import engine


@pytest.fixture
def _empty_index(app: Flask) -> None:
    """Empty the index too: tables are emptied between tests, and their ids begin again."""
    app.extensions["search_catalogue"] = CatalogueKeeper()
    with app.app_context():
        engine().rebuild([])
