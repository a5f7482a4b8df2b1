"""From a form to invitations: all of them or none, and what is said then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, request

from app.accounts.models import Organisation, OrganisationKind, User
from app.accounts.organisations.operations import BadDetailsError, named_details, record_organisation
from app.accounts.queries import LONGEST_EMAIL
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.text import one_line
from app.spaces.invitations.forms import InvitationForm, known_organisation
from app.spaces.invitations.operations import invite
from app.spaces.invitations.permissions import can_bring_in, is_administrator, is_referent

if TYPE_CHECKING:
    from app.accounts.organisations.details import Details
    from app.spaces.invitations.details import InvitationDetails
    from app.spaces.models import Space


def words_asked() -> str:
    """Return what is looked for among the invitations sent."""
    return one_line(request.args.get("q", ""))[:LONGEST_EMAIL]


def send_all(by: User, form: InvitationForm, here: Space | None = None) -> int:
    """Invite everybody of the list, or nobody; return the status of the page to show again, 0 when it is done."""
    recipients = form.pasted.recipients
    new_city, whom = _new_city(form), ""  # read before the transaction
    try:
        with transaction():
            organisation = _organisation(by, form, new_city)
            for recipient in recipients:
                whom = recipient.email
                invite(by, form.details(recipient, here, organisation))
    except BadDetailsError as error:  # of the city that was to be recorded
        form.organisation.errors = [*form.organisation.errors, str(error.message)]
        return error.status
    except DomainError as error:
        words = str(error.message)
        if whom and len(recipients) > 1:
            words = _("%(email)s : %(reason)s Personne n'est invité pour le moment.", email=whom, reason=words)
        field = form.addresses if whom else form.organisation  # refused before the first address
        field.errors = [*field.errors, words]
        return error.status
    sent = len(recipients)
    flash(ngettext("%(num)s invitation est envoyée.", "%(num)s invitations sont envoyées.", sent))
    waiting = (
        0 if form.is_for_guests else sum(_must_wait(by, form.details(one, here, organisation)) for one in recipients)
    )
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


def _must_wait(by: User, details: InvitationDetails) -> bool:
    """Tell whether somebody new at this address must first be let in by those who run the network."""
    return not can_bring_in(by, details.email, details.organisation, details.spaces)


def _new_city(form: InvitationForm) -> Details | None:
    """Return what is known of a city that is not recorded yet and whose guests are invited."""
    name = form.organisation.data if "organisation" in form and form.is_for_guests else ""
    if not name or known_organisation(form) is not None:
        return None
    return named_details(one_line(name), is_member=False, kind=OrganisationKind.OTHER)


def _organisation(by: User, form: InvitationForm, new_city: Details | None) -> Organisation | None:
    """Return the organisation of those invited; one not known yet is recorded, outside of the network.

    Raises DomainError when a member of the network is announced from a place that is not in it.
    """
    if "organisation" not in form:
        return by.organisation if is_referent(by) else None
    if new_city is not None:
        return record_organisation(new_city, by)
    name, known = form.organisation.data, known_organisation(form)
    if form.is_for_guests:
        return known
    if not is_administrator(by):
        return None  # a member comes from the city whose domain their address has
    if name and known is None:
        raise DomainError(_("Aucune collectivité ne s'appelle « %(name)s » : créez-la d'abord.", name=name))
    return known
