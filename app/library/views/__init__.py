"""The pages of the library: lists, a resource, the form, the files."""

from __future__ import annotations

from app.library.views import (  # noqa: F401 - they attach their views
    adopting,
    browsing,
    bulk,
    checking,
    collecting,
    comparing,
    exporting,
    giving,
    history,
    incoming,
    keeping,
    marking,
    moving,
    packing,
    preparing,
    publishing,
    reading_lists,
    removing,
    sending,
    shelving,
    showing,
    similar,
    staging,
    thesaurus,
    uploading,
    versioning,
    words,
    writing,
)
from app.library.views.doors import files, library, space_library
from app.library.views.uploading import uploads

__all__ = ["files", "library", "space_library", "uploads"]
