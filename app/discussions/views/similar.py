"""What resembles a discussion."""

from __future__ import annotations

from app.core.access import person, signed_in
from app.discussions.addresses import thread_url
from app.discussions.indexing import THREAD
from app.discussions.pages import title_of
from app.discussions.queries import resources_cited_in, thread_for
from app.discussions.views.blueprints import blueprint
from app.discussions.views.thread import ID
from app.search.similar import similar_to
from app.search.similar_pages import similar_answer


@blueprint.get(f"/discussions/{ID}/semblables")
@signed_in
def similar_page(public_id: str) -> str:
    """Show what this person may read that resembles a discussion, without what its messages point to already."""
    thread = thread_for(person(), public_id)
    aside = {f"resource:{one}" for one in resources_cited_in(thread)}
    found = similar_to(person(), f"{THREAD}:{thread.id}", thread.title, aside)
    return similar_answer(found, title_of(thread), thread_url(thread))
