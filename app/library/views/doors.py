"""The three doors of the library: all resources, those of a space, the files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

from app.core.errors import wants_json
from app.spaces.blueprint import SpaceBlueprint
from config import MEBIBYTE

library = Blueprint("library", __name__)
space_library = SpaceBlueprint("space_library", __name__, section="library")
files = Blueprint("files", __name__)


@library.url_value_preprocessor
@space_library.url_value_preprocessor
def bound_single_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Refuse early a file that travels alone and is far over the limit: before anything reads its bytes.

    Runs before every ``before_request``, so before the form token makes Flask parse the body.
    """
    if request.method == "POST" and wants_json():
        request.max_content_length = 2 * current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
