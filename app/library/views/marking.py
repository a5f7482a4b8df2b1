"""« Utile » and « Garder », and the page of what one keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry, safe_next
from app.core.paging import page_number, paginate
from app.core.slots import fill
from app.library.addresses import resource_url
from app.library.marks import Kept, Mark, Useful, kept_by, mark
from app.library.queries import resource_for
from app.library.rows import row_of
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 20
OFF = "0"


@fill("account.menu", order=30)
def kept_entry() -> NavigationEntry:
    """Return the entry of what the person keeps."""
    url = url_for("library.kept_page")
    return NavigationEntry(url, _("Ce que je garde"), "bookmark", url)


@library.get("/ressources/gardees")
@signed_in
def kept_page() -> ResponseReturnValue:
    """List what the person keeps and may read."""
    page = paginate(kept_by(person()), page_number(), PER_PAGE)
    return render_template(
        "library/kept.html",
        page=page,
        rows=[row_of(one, person()) for one in page.items],
        address=url_for("library.kept_page", page="NUMBER").replace("NUMBER", "{n}"),
    )


@library.post("/ressources/<string(length=10):public_id>/utile")
@signed_in
def useful_view(public_id: str) -> ResponseReturnValue:
    """Say that a resource is useful, or take it back."""
    on = _mark(public_id, Useful)
    return _back(public_id, _("Vous avez trouvé cette ressource utile.") if on else _("C'est repris."))


@library.post("/ressources/<string(length=10):public_id>/garder")
@signed_in
def keep_view(public_id: str) -> ResponseReturnValue:
    """Keep a resource at hand, or keep it no more."""
    on = _mark(public_id, Kept)
    kept = _("Elle est gardée : vous la retrouverez dans votre menu.")
    return _back(public_id, kept if on else _("Elle n'est plus gardée."))


def _mark(public_id: str, kind: Mark) -> bool:
    resource, on = resource_for(person(), public_id), request.form.get("oui") != OFF
    with transaction():
        mark(person(), resource, kind, on=on)
    return on


def _back(public_id: str, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(safe_next(request.form.get("next")) or resource_url(resource_for(person(), public_id)))
