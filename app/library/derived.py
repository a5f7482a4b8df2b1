"""What is made from the words of a resource and kept beside it: its filters, and the resources it points to."""

from __future__ import annotations

import json
import re

from sqlalchemy import delete, insert

from app.core.db import PUBLIC_ID_ALPHABET, PUBLIC_ID_LENGTH
from app.extensions import db
from app.library.facets import keep_facets
from app.library.models import Resource, resource_link

#: The address of a resource, whichever site it is on: another site's leads to none of ours.
_ADDRESS = re.compile(rf"/ressources/([{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}})(?![{PUBLIC_ID_ALPHABET}])")


def pointed_in(*texts: str) -> list[str]:
    """Return the public ids of the resources whose addresses stand in texts, each once; they may be nobody's."""
    return sorted({found for text in texts for found in _ADDRESS.findall(text)})


def keep_derived(resource: Resource) -> None:
    """Make it again: called wherever the words of a resource change, in the same transaction."""
    keep_facets(resource)
    _keep_links(resource)


def _keep_links(resource: Resource) -> None:
    db.session.execute(delete(resource_link).where(resource_link.c.resource_id == resource.id))
    pointed = pointed_in(resource.summary, resource.body, json.dumps(resource.fields))
    rows = [{"resource_id": resource.id, "pointed": one} for one in pointed if one != resource.public_id]
    if rows:
        db.session.execute(insert(resource_link), rows)
