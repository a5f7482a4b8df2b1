"""Commands about the library: ``flask library …``."""

from __future__ import annotations

from flask.cli import AppGroup

library = AppGroup("library", help="Resources and their files.")
