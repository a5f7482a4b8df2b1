"""Having the library of another space show a resource, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, sentence_of
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.library.addresses import resource_url
from app.library.models import Resource
from app.library.queries import published_resource_for
from app.library.reading_lists.permissions import can_pin
from app.library.reading_lists.queries import is_pinned
from app.library.shelving import shelve, showings_of, spaces_to_show_in, take_off_shelf
from app.library.views.doors import library
from app.spaces.models import Audience
from app.spaces.permissions import shown_space
from app.spaces.queries import space_for

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

REFUSED = 422


class ShelfForm(BeffroiForm):
    """The library of which space shows a resource too."""

    space = SelectField(_l("Espace"))


@library.route("/ressources/<string(length=10):public_id>/espaces", methods=["GET", "POST"])
@signed_in
def shelves_page(public_id: str) -> ResponseReturnValue:
    """Say which other libraries show a resource, and have one more show it."""
    resource, form = published_resource_for(person(), public_id), ShelfForm()
    shown = showings_of(person(), resource)
    spaces = spaces_to_show_in(person(), resource, shown)
    form.space.choices = [SelectChoice(one.slug, one.name) for one in spaces]
    if spaces and form.validate_on_submit():
        space = next(one for one in spaces if one.slug == form.space.data)
        try:
            with transaction():
                shelve(person(), resource, space)
        except DomainError as error:
            form.space.errors = [sentence_of(error)]
        else:
            flash(_("La bibliothèque de « %(space)s » la montre aussi.", space=space.name))
            return redirect(url_for("library.shelves_page", public_id=public_id))
    return _page(resource, form), REFUSED if request.method == "POST" else 200


@library.post("/ressources/<string(length=10):public_id>/espaces/<slug>/retirer")
@signed_in
def take_off_view(public_id: str, slug: str) -> ResponseReturnValue:
    """Have a library show a resource no more."""
    resource, space = published_resource_for(person(), public_id), space_for(person(), slug)
    with transaction():
        take_off_shelf(person(), resource, space)
    flash(_("La bibliothèque de « %(space)s » ne la montre plus.", space=space.name))
    return redirect(url_for("library.shelves_page", public_id=public_id))


def _page(resource: Resource, form: ShelfForm) -> str:
    shown = showings_of(person(), resource)
    return render_template(
        "library/shelves.html",
        resource=resource,
        form=form,
        home=shown_space(person(), resource),
        lines=[(one, can_pin(person(), one.space), is_pinned(one.space, resource)) for one in shown],
        is_closed=resource.audience != Audience.NETWORK,
        back=resource_url(resource),
    )
