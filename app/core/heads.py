"""HEAD asks for the head of what GET answers: views, which know GET from POST, see a GET."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request


class ReadingRequest(Request):
    """A request whose HEAD is a GET to the views; the server and the map of addresses go on seeing what it was.

    Else a page that shows a form on GET, and does what it asks on anything else, would do it on HEAD, which no token
    protects and which programs that look at the links of a mail send.
    """

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        if self.method == "HEAD":
            self.method = "GET"


def register(app: Flask) -> None:
    """Have the application read its requests so."""
    app.request_class = ReadingRequest
