"""Tantivy behind the seam: the common contract, and what only its folder can suffer."""

from __future__ import annotations

from pathlib import Path

from app.search.tantivy_engine import TantivyEngine
from tests.search.contract import EngineContract


class TestTantivy(EngineContract):
    def open(self, folder: Path) -> TantivyEngine:
        return TantivyEngine(folder)
