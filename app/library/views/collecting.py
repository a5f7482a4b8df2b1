"""A press article by its address: what is asked, the moment of waiting, then the form, filled as far as possible."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import redirect, render_template, url_for
from sqlalchemy import select
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.core.throttle import Limit
from app.extensions import db
from app.library.collecting.models import FetchedPage, PageState
from app.library.collecting.operations import ask_for_page
from app.library.collecting.sentences import sentence_of
from app.library.kinds import UnreadableError
from app.library.kinds.values import Address
from app.library.permissions import can_add_resource
from app.library.views.doors import space_library
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ASKED = Limit("page fetched", free=30, first=timedelta(minutes=1))
PRESS = "press"


class ArticleForm(BeffroiForm):
    """The address of an article."""

    address = StringField(
        _l("Adresse de l'article"),
        [InputRequired(_l("Collez l'adresse de l'article."))],
        description=_l("Celle que montre votre navigateur, par exemple https://journal.example/article."),
        render_kw={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"},
    )

    def validate_address(self, field: StringField) -> None:
        """Read it as the field of the resource will."""
        try:
            field.data = Address().read(field.data or "")
        except UnreadableError as refusal:
            raise ValidationError(str(refusal)) from refusal


@space_library.route("/ressources/article", methods=["GET", "POST"])
@signed_in
def article_page(space: Space) -> ResponseReturnValue:
    """Ask for the address of an article."""
    can_add_resource.require(person(), space)
    form = ArticleForm()
    if form.validate_on_submit():
        ASKED.take(str(person().id))
        with transaction():
            page = ask_for_page(person(), space, form_of(space), form.address.data or "")
        return redirect(url_for("space_library.article_found", slug=space.slug, public_id=page.public_id))
    shown = render_space_page("library/article.html", space, form=form)
    return shown, 422 if form.is_submitted() else 200


@space_library.get("/ressources/article/<string(length=10):public_id>")
@signed_in
def article_found(space: Space, public_id: str) -> ResponseReturnValue:
    """Wait for a page, or go on to the form it fills."""
    page = _mine(space, public_id)
    if page.state == PageState.WAITING:
        return render_space_page("library/article_waiting.html", space, page=page, said="")
    return redirect(url_for("space_library.new_resource", slug=space.slug, type=PRESS))


@space_library.get("/ressources/article/<string(length=10):public_id>/etat")
@signed_in
def article_state(space: Space, public_id: str) -> ResponseReturnValue:
    """Say whether the page has come: asked again until it has."""
    page = _mine(space, public_id)
    return render_template("library/article_state.html", space=space, page=page, said=sentence_of(page)[0])


def form_of(space: Space) -> str:
    """Return the path of the form that the page fills."""
    return url_for("space_library.new_resource", slug=space.slug)


def _mine(space: Space, public_id: str) -> FetchedPage:
    can_add_resource.require(person(), space)
    mine = (FetchedPage.by_id == person().id) & (FetchedPage.form == form_of(space))
    page: FetchedPage | None = db.session.scalar(
        select(FetchedPage).where(FetchedPage.public_id == public_id, mine, FetchedPage.resource_id.is_(None))
    )
    if page is None:
        raise NotFoundError
    return page
