"""The embedded engine of large sites: tantivy answers with sets of documents, the ranking is ours."""

from app.search.tantivy_engine.engine import TantivyEngine

__all__ = ["TantivyEngine"]
