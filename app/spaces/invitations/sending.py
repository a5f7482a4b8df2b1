"""From a form to invitations: all of them or none, and what is said then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from app.accounts.models import Organisation, OrganisationKind, User
from app.accounts.operations import create_organisation
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.spaces.invitations.forms import InvitationForm, known_organisation
from app.spaces.invitations.operations import invite
from app.spaces.invitations.permissions import can_bring_in, is_administrator, is_referent

if TYPE_CHECKING:
    from app.spaces.models import Space


def send_all(by: User, form: InvitationForm, here: Space | None = None) -> int:
    """Invite everybody of the list, or nobody; return the status of the page to show again, 0 when it is done."""
    recipients = form.pasted.recipients
    try:
        with transaction():
            organisation = _organisation(by, form)
            for recipient in recipients:
                invite(by, form.details(recipient, here, organisation))
    except DomainError as error:
        form.addresses.errors = [*form.addresses.errors, str(error.message)]
        return error.status
    sent = len(recipients)
    flash(ngettext("%(num)s invitation est envoyée.", "%(num)s invitations sont envoyées.", sent))
    waiting = 0 if form.is_for_guests else sum(not can_bring_in(by, one.email, organisation) for one in recipients)
    if waiting and "kind" not in form:
        flash(_("L'équipe du réseau devra d'abord faire entrer ces personnes."), "warning")
    elif waiting:
        flash(
            ngettext(
                "%(num)s adresse n'est pas d'une collectivité membre : si cette personne n'a pas de compte, l'équipe "
                "du réseau devra d'abord la faire entrer. Vous pouvez aussi l'inviter jusqu'à une date.",
                "%(num)s adresses ne sont pas d'une collectivité membre : l'équipe du réseau devra d'abord faire "
                "entrer celles de ces personnes qui n'ont pas de compte. Vous pouvez aussi les inviter "
                "jusqu'à une date.",
                waiting,
            ),
            "warning",
        )
    return 0


def _organisation(by: User, form: InvitationForm) -> Organisation | None:
    """Return the organisation of those invited; one not known yet is recorded, outside of the network.

    Raises DomainError when a member of the network is announced from a place that is not in it.
    """
    if "organisation" not in form:
        return by.organisation if is_referent(by) else None
    name, known = form.organisation.data, known_organisation(form)
    if form.is_for_guests:
        return known or (create_organisation(name, OrganisationKind.OTHER, is_member=False) if name else None)
    if not is_administrator(by):
        return None  # a member comes from the city whose domain their address has
    if name and known is None:
        raise DomainError(_("Aucune collectivité ne s'appelle « %(name)s » : créez-la d'abord.", name=name))
    return known
