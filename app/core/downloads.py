"""Archives given away: copies of private things, which no browser and no cache keeps."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file


def zip_answer(name: str, path: Path) -> Response:
    """Return an archive as a file to save under this name; the right to it is asked again at each download."""
    answer = send_file(path, "application/zip", as_attachment=True, download_name=name, etag=False, max_age=None)
    answer.headers["Cache-Control"] = "private, no-store"  # Flask would write no-cache, which lets a browser keep it
    return answer
