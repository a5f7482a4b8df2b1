"""The desk where requests are decided, the same for administrators and for referents, at two addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from app.accounts.models import AccessRequest, Organisation, RequestState
from app.accounts.requests.forms import CREATE, AcceptForm, RefuseForm
from app.accounts.requests.operations import (
    accept_request,
    is_personal,
    is_recognised,
    refuse_request,
    take_decision_back,
    usual_organisation,
)
from app.accounts.requests.queries import names_known, oldest_waiting, request_for, requests_for, waiting_number
from app.core.access import person
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.paging import page_number
from app.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

REFUSED = 422


@dataclass(frozen=True)
class Reason:
    """Why a request may be trusted, or must be looked at: a sentence, its tone and its icon."""

    words: str
    tone: str
    icon: str


def reason_for(asked: AccessRequest) -> Reason:
    """Return what speaks for a request, or what to look at."""
    if is_recognised(asked):
        return Reason(_("Collectivité adhérente, adresse reconnue"), "ok", "check")
    if asked.organisation is not None:
        return Reason(_("Adresse reconnue, collectivité hors du réseau"), "info", "info")
    if is_personal(asked):
        return Reason(_("Adresse personnelle : à vérifier"), "warn", "error")
    return Reason(_("Domaine inconnu : à vérifier"), "warn", "error")


@dataclass(frozen=True)
class Desk:
    """Where the requests are shown: the blueprint of their addresses and the layout of their pages."""

    blueprint: str
    layout: str

    def url(self, page: str, asked: AccessRequest | None = None) -> str:
        """Return an address of this desk."""
        values: dict[str, Any] = {"public_id": asked.public_id} if asked else {}
        return url_for(f"{self.blueprint}.{page}", **values)

    def list_page(self) -> ResponseReturnValue:
        """Show the requests that wait, oldest first, and those just decided, which can be taken back."""
        me = person()
        page = requests_for(me, page_number())
        known = names_known({asked.organisation_name for asked in page.items})
        return render_template(
            "requests/list.html",
            desk=self,
            page=page,
            waiting=waiting_number(me),
            oldest=_age(oldest_waiting(me)),
            reason_for=reason_for,
            can_press=lambda asked: asked.organisation is not None or asked.organisation_name in known,
        )

    def request_page(self, public_id: str) -> ResponseReturnValue:
        """Show one request and decide where the person belongs; accept it."""
        me, asked = person(), request_for(person(), public_id)
        form = AcceptForm()
        places = list(db.session.scalars(select(Organisation).order_by(Organisation.sort_key))) if me.is_admin else []
        form.offer(asked, places, usual_organisation(asked))
        if request.method == "POST" and (not me.is_admin or "organisation" not in request.form or form.validate()):
            self._accept(asked, form)
            return redirect(self.url("list_page"))
        return render_template(
            "requests/request.html",
            desk=self,
            asked=asked,
            form=form,
            reason=reason_for(asked),
            undoable=asked.is_undoable,
            states=RequestState,
        ), REFUSED if form.errors else 200

    def _accept(self, asked: AccessRequest, form: AcceptForm) -> None:
        """Accept as the form says; a press from the list says nothing and means the usual organisation."""
        pressed = "organisation" not in request.form
        choice = str(form.organisation.data or "")
        place = usual_organisation(asked) if pressed else _place(choice)
        create = asked.organisation_name if choice == CREATE and not pressed else ""
        with transaction():
            accept_request(asked, person(), place, create=create)

    def refuse_page(self, public_id: str) -> ResponseReturnValue:
        """Ask for the reason, then refuse a request."""
        asked, form = request_for(person(), public_id), RefuseForm()
        if form.validate_on_submit():
            with transaction():
                refuse_request(asked, person(), form.reason.data or "")
            return redirect(self.url("list_page"))
        page = render_template("requests/refuse.html", desk=self, asked=asked, form=form, reason=reason_for(asked))
        return page, REFUSED if form.errors else 200

    def take_back(self, public_id: str) -> ResponseReturnValue:
        """Take a decision back while it has no effect."""
        asked = request_for(person(), public_id)
        try:
            with transaction():
                take_decision_back(asked, person())
        except DomainError as error:
            flash(str(error.message), "warning")
        else:
            flash(_("La décision est annulée : la demande attend de nouveau."))
        return redirect(self.url("list_page"))


def _place(public_id: str) -> Organisation | None:
    found: Organisation | None = db.session.scalar(select(Organisation).where(Organisation.public_id == public_id))
    return found


def _age(asked: AccessRequest | None) -> str:
    """Return the sentence about the request that has waited longest."""
    if asked is None or asked.confirmed_at is None:
        return ""
    days = (now() - asked.confirmed_at).days
    if days < 1:
        return _("La plus ancienne date d'aujourd'hui")
    return ngettext("La plus ancienne date de %(num)s jour", "La plus ancienne date de %(num)s jours", days)
