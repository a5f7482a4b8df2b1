"""The library: resources, their files and what can be read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.library import (
    archive,
    awaiting,
    descendants,
    indexing,
    jobs,
    journal,
    laying_out,
    panels,
    recognising,
    redrawing,
    takeaway,
    uses,
)
from app.library.cli import library as library_commands
from app.library.collecting import jobs as collecting_jobs
from app.library.incoming import jobs as incoming_jobs
from app.library.reading_lists import indexing as lists_indexing
from app.library.receiving import FORMATS
from app.library.staging import jobs as staging_jobs
from app.library.thesaurus import deciding
from app.library.thesaurus import importing as terms_importing
from app.library.thesaurus import jobs as thesaurus_jobs
from app.library.thesaurus import journal as thesaurus_journal
from app.library.thesaurus import suggesting as thesaurus_suggesting
from app.library.uploads import jobs as upload_jobs
from app.library.views import files, library, space_library, uploads

if TYPE_CHECKING:
    from flask import Flask

__all__ = [
    "archive",
    "awaiting",
    "collecting_jobs",
    "deciding",
    "descendants",
    "incoming_jobs",
    "jobs",
    "journal",
    "laying_out",
    "lists_indexing",
    "panels",
    "recognising",
    "redrawing",
    "register",
    "staging_jobs",
    "takeaway",
    "terms_importing",
    "thesaurus_jobs",
    "thesaurus_journal",
    "thesaurus_suggesting",
    "upload_jobs",
    "uses",
]


def register(app: Flask) -> None:
    """Attach the library to the application."""
    app.register_blueprint(library)
    app.register_blueprint(space_library)
    app.register_blueprint(files)
    app.register_blueprint(uploads)
    app.jinja_env.globals["accepted_formats"] = FORMATS
    app.cli.add_command(library_commands)
    indexing.register()
