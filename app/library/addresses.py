"""The addresses of resources and files: one each, wherever they are shown."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.core.text import slugify
from app.library.models import FileVersion, Resource
from app.search.engine import PART

DOCUMENT = "document"
"""Where the document stands on the page of its resource."""


def resource_url(resource: Resource, **state: Any) -> str:
    """Return the address of a resource; ``state`` is page, q, vue, fichier: empty values are left out.

    With a page it leads to the document, where what is known of the resource would else stand first on the screen.
    """
    kept = {name: value for name, value in state.items() if value not in (None, "")}
    if "page" in kept:
        kept.setdefault("_anchor", DOCUMENT)
    return url_for("library.resource_page", public_id=resource.public_id, slug=slugify(resource.title), **kept)


def download_url(version: FileVersion, *, attached: bool = True) -> str:
    """Return the address of a file's bytes; ``attached`` asks the browser to save rather than to show."""
    saved = 1 if attached else None
    return url_for("files.download", public_id=version.public_id, name=version.name, enregistrer=saved)


def picture_url(version: FileVersion, page: int, width: int) -> str:
    """Return the address of the picture of a page."""
    return url_for("files.picture", public_id=version.public_id, page=page, width=width)


def version_url(resource: Resource, version: FileVersion, **state: Any) -> str:
    """Return the address of a version of a file, open on the page of its resource; the current one has no number."""
    attachment = version.attachment
    number = version.n if version.n != attachment.current.n else ""
    return resource_url(resource, fichier=attachment.public_id, version=number, **state)


def page_number_in(passage_number: int) -> tuple[int, int]:
    """Return (part, page) for a number of the index: the versions of files are parts, a million apart."""
    return divmod(passage_number, PART)
