"""What resembles a resource."""

from __future__ import annotations

from app.core.access import person, signed_in
from app.library.addresses import resource_url
from app.library.queries import published_resource_for
from app.library.views.doors import library
from app.search.similar import similar_to
from app.search.similar_pages import similar_answer


@library.get("/ressources/<string(length=10):public_id>/semblables")
@signed_in
def similar_page(public_id: str) -> str:
    """Show what this person may read that resembles a resource."""
    resource = published_resource_for(person(), public_id)
    found = similar_to(person(), f"resource:{resource.id}", resource.title)
    return similar_answer(found, resource.title, resource_url(resource))
