"""What tests of the library need: small real files, resources brought by the cast, and the hand of a browser."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

import typst
from flask import Flask

from app.core.db import transaction
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import Received, receive
from app.spaces.models import Audience
from app.spaces.queries import space_by_slug
from tests.people import FACILITATOR, OPEN
from tests.support import loaded


@lru_cache(maxsize=256)
def pdf(*pages: str, title: str = "", author: str = "") -> bytes:
    """Return a real PDF with one page for each text."""
    head = f'#set document(title: "{title}", author: "{author}")\n' if title or author else ""
    body = "\n#pagebreak()\n".join(text.replace("#", "\\#") for text in pages)
    return typst.compile(f"{head}#set page(width: 15cm, height: 20cm)\n{body}".encode())


def receive_bytes(content: bytes, name: str) -> Received:
    """Take a file in, inside an application context."""
    return receive(io.BytesIO(content), name)


def share(
    title: str = "Diagnostic local",
    *,
    by: str = FACILITATOR,
    space: str = OPEN,
    audience: str = Audience.SPACE,
    files: list[tuple[bytes, str]] = [],  # noqa: B006 - never changed
    **more: Any,
) -> Resource:
    """Share a resource, inside an application context; its text is not read before ``work(app)``."""
    received = [receive_bytes(content, name) for content, name in files]
    place = space_by_slug(space)
    assert place is not None
    details = ResourceDetails.of(**{"kind": "report", "lang": "fr", **more, "title": title, "audience": audience})
    with transaction():
        return share_resource(loaded(by), place, details, files=received)


def shared(app: Flask, title: str = "Diagnostic local", **more: Any) -> tuple[str, int]:
    """Share a resource in a context of its own; return its public id and its id."""
    with app.app_context():
        resource = share(title, **more)
        return resource.public_id, resource.id


def shown_in(page: str) -> list[str]:
    """Return the files a page shows in its form, as a browser sends them back with it."""
    return re.findall(r'name="ordre" value="([^"]+)"', page)


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    """Return a file as the test client sends it."""
    return io.BytesIO(content), name
