"""What waits to be published in a space, and resources put aside or brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.forms import BeffroiForm, number_in
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import safe_next
from app.library.addresses import resource_url
from app.library.models import Resource
from app.library.publishing import (
    LONGEST_WORDS,
    archive_resource,
    bring_back_resource,
    publish_proposed,
    send_back,
)
from app.library.queries import proposals_in, proposed_resource_for, resource_for
from app.library.rows import row_of
from app.library.views.answering import told_readers
from app.library.views.doors import library, space_library
from app.library.views.showing import page_of_resource
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space
from app.spaces.permissions import can_moderate_space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

#: Name of the button that sends a proposal back.
SEND_BACK = "renvoyer"
CONFLICT, REFUSED = 409, 422


class ReviewForm(BeffroiForm):
    """What is answered to a proposal."""

    words = TextAreaField(
        _l("Ce qu'il manque"),
        [Length(max=LONGEST_WORDS, message=_l("Ce texte est trop long : gardez l'essentiel."))],
        description=_l("Envoyé par courriel à la personne qui l'a proposée, et montré au-dessus de son brouillon."),
    )
    seen_version = HiddenField()


@space_library.get("/ressources/a-relire")
@signed_in
def proposals_page(space: Space) -> ResponseReturnValue:
    """List what is proposed in a space, for those who run it."""
    can_moderate_space.require(person(), space)
    rows = [row_of(one, person(), in_space=True) for one in proposals_in(space, person())]
    return render_space_page("library/proposals.html", space, rows=rows)


@library.route("/ressources/<string(length=10):public_id>/relecture", methods=["GET", "POST"])
@signed_in
def review_page(public_id: str) -> ResponseReturnValue:
    """Read a proposed resource as it will look, publish it or send it back with words."""
    resource = proposed_resource_for(person(), public_id)
    form = ReviewForm()
    if request.method == "GET":
        form.seen_version.data = str(resource.edit_version)
        return _page(resource, form)
    if not form.validate():
        return _page(resource, form, status=REFUSED)
    return _send_back(resource, form) if SEND_BACK in request.form else _publish(resource, form)


def _publish(resource: Resource, form: ReviewForm) -> ResponseReturnValue:
    try:
        with transaction():
            publish_proposed(person(), resource, number_in(form.seen_version.data) or 0)
    except DomainError as error:
        return _said(resource, form, error)
    flash(told_readers(resource, resource.space))
    return redirect(resource_url(resource))


def _send_back(resource: Resource, form: ReviewForm) -> ResponseReturnValue:
    slug = resource.space.slug
    try:
        with transaction():
            send_back(person(), resource, form.words.data or "")
    except DomainError as error:
        if type(error) is DomainError:
            form.words.errors = [str(error.message)]
            return _page(resource, form, status=REFUSED)
        return _said(resource, form, error)
    flash(_("La ressource est renvoyée à la personne qui l'a proposée."))
    return redirect(url_for("space_library.proposals_page", slug=slug))


def _said(resource: Resource, form: ReviewForm, error: DomainError) -> ResponseReturnValue:
    """Show a conflict above the resource as it is now; other errors have their own page."""
    if error.status != CONFLICT:
        raise error
    form.seen_version.data = str(resource.edit_version)
    return _page(resource, form, status=error.status, problem=str(error.message))


def _page(resource: Resource, form: ReviewForm, *, status: int = 200, problem: str = "") -> ResponseReturnValue:
    page = render_template("library/review.html", form=form, problem=problem, **page_of_resource(resource))
    return page, status


@library.post("/ressources/<string(length=10):public_id>/archiver")
@signed_in
def archive_view(public_id: str) -> ResponseReturnValue:
    """Put a resource aside."""
    resource = resource_for(person(), public_id)
    with transaction():
        archive_resource(person(), resource)
    flash(_("La ressource est archivée : on la lit et la trouve encore, les listes ne la montrent plus d'elles-mêmes."))
    return redirect(safe_next(request.form.get("next")) or resource_url(resource))


@library.post("/ressources/<string(length=10):public_id>/remettre")
@signed_in
def bring_back_view(public_id: str) -> ResponseReturnValue:
    """Put an archived resource among the others again."""
    resource = resource_for(person(), public_id)
    with transaction():
        bring_back_resource(person(), resource)
    flash(_("La ressource est de nouveau parmi les autres."))
    return redirect(resource_url(resource))
