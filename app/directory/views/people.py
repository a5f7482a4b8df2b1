"""The page of a person, and their photo: for those who may know of them, as much as they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, send_file

from app.core.access import before_anything_else, person, signed_in
from app.core.errors import NotFoundError
from app.directory.photos import SIDES, photo_path
from app.directory.queries import common_spaces, person_for
from app.directory.views.door import blueprint
from app.directory.words import language_names, mandate_fact
from app.spaces.people import shows

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/annuaire/personnes/<string(length=10):public_id>")
@signed_in
def person_page(public_id: str) -> ResponseReturnValue:
    """Show a person: who they are, what they show to this reader, what both have in common."""
    me, other = person(), person_for(person(), public_id)
    return render_template(
        "directory/person.html",
        other=other,
        mandate=mandate_fact(other),
        languages=language_names(other.spoken_languages),
        email=other.email if shows(me, other, "email") else "",
        phone=other.phone if shows(me, other, "phone") else "",
        spaces=common_spaces(me, other),
        is_me=me.id == other.id,
    )


@blueprint.get("/personnes/<string(length=10):public_id>/photo-<int:side>.webp")
@signed_in
@before_anything_else
def photo(public_id: str, side: int) -> ResponseReturnValue:
    """Send a photo to those who may see it: the right is checked each time, the browser's copy is asked about again.

    One's own stands in the bar of every page, of those too that ask for something before anything else.
    """
    other = person_for(person(), public_id)
    if side not in SIDES or not shows(person(), other, "photo"):
        raise NotFoundError
    try:
        path = photo_path(other, side)
    except FileNotFoundError as error:
        raise NotFoundError from error
    answer = send_file(path, mimetype="image/webp", conditional=True, etag=f"{other.photo_sha256}-{side}", max_age=None)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
