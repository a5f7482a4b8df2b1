"""A city says what it does of another city's practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.library.addresses import resource_url
from app.library.adopting import adoption_of, take_back_adoption, tell_adoption
from app.library.adoption_form import adoption_form
from app.library.permissions import can_tell_adoption
from app.library.queries import resource_for
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

#: Name of the button that takes a statement back.
TAKE_BACK = "reprendre"


@library.route("/ressources/<string(length=10):public_id>/chez-nous", methods=["GET", "POST"])
@signed_in
def adoption_page(public_id: str) -> ResponseReturnValue:
    """Ask what the person's city does of a practice, and tell it on the practice's page."""
    me, resource = person(), resource_for(person(), public_id)
    can_tell_adoption.require(me, resource)
    adoption = adoption_of(me, resource)
    form, practices = adoption_form(me, resource, adoption)
    back = resource_url(resource, _anchor="descendants")
    if request.method == "POST" and TAKE_BACK in request.form and adoption is not None:
        with transaction():
            take_back_adoption(me, resource)
        flash(_("Ce que votre ville disait de cette pratique est retiré."))
        return redirect(back)
    if form.validate_on_submit():
        with transaction():
            tell_adoption(me, resource, form.told(practices))
        flash(_("C'est dit. La ville qui a partagé cette pratique le verra sur sa page d'accueil."))
        return redirect(back)
    page = render_template("library/adoption.html", resource=resource, form=form, adoption=adoption, back=back)
    return page, 422 if request.method == "POST" else 200
