"""The addresses of people and of their photos."""

from __future__ import annotations

from flask import url_for

from app.accounts.models import User
from app.core.navigation import url_of


def person_url(person: User) -> str:
    """Return the address of the page of a person."""
    return url_of("directory.person_page", person)


def photo_url(person: User, side: int) -> str:
    """Return the address of the photo of a person, which changes with the photo."""
    version = (person.photo_sha256 or "")[:8]
    return url_for("directory.photo", public_id=person.public_id, side=side, v=version)
