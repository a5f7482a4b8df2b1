"""Small things to index and people to look for them, shared by the tests of search."""

from __future__ import annotations

from pathlib import Path

from app.search.catalogue import Allowed, Audience, Catalogue, CatalogueRow, Scope
from app.search.engine import ParentDocument, Passage

SETS = Path(__file__).parents[3] / "shared" / "data" / "D_search"
"""Relevance sets kept outside of the repository; tests that need them are skipped where they are not."""

ANYONE = Scope(1, is_member=True, space_ids=frozenset())


def thing(
    key: str, title: str = "", *pages: str, own: str = "", tags: tuple[str, ...] = (), lang: str = "fr"
) -> ParentDocument:
    """A document with an own text and pages numbered from 1."""
    passages = [Passage(0, "", "", own)] if own else []
    passages += [Passage(n, "page", f"p. {n}", text) for n, text in enumerate(pages, start=1)]
    return ParentDocument(key, title, tags, lang, tuple(passages))


def row(
    key: str, space: int | None = 1, audience: Audience = Audience.NETWORK, kind: str = "other", **more: object
) -> CatalogueRow:
    """A published catalogue row."""
    return CatalogueRow(key, kind, space, audience, **({"published": True} | more))  # type: ignore[arg-type]


def everybody(*documents: ParentDocument, **more: object) -> Allowed:
    """Everything of these documents, allowed."""
    return Allowed.to(Catalogue(row(one.key, **more) for one in documents), ANYONE)  # type: ignore[arg-type]
