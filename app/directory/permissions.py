"""Which organisations a person may know of."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select, true

from app.accounts.models import Organisation, User
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.extensions import db
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.spaces.models import State
from app.spaces.people import can_see_person


def _seen(reader: User) -> ColumnElement[bool]:
    """A member of the network is known to all; another place through a person or a resource the reader sees of it."""
    if not reader.is_member:
        return false()
    people = select(User.organisation_id).where(can_see_person.where(reader))
    read = can_read_resource.where(reader) & (Resource.state == State.PUBLISHED)
    sharers = select(User.organisation_id).join(Resource, Resource.author_id == User.id).where(read)
    everything = true() if reader.is_admin else false()
    return or_(everything, Organisation.is_member, Organisation.id.in_(people), Organisation.id.in_(sharers))


def _sees(reader: User, organisation: Organisation) -> bool:
    wanted = select(Organisation.id).where(Organisation.id == organisation.id, _seen(reader))
    return db.session.scalar(wanted) is not None


can_see_organisation = Rule(
    "can_see_organisation",
    _l(
        "la personne est membre du réseau, et la collectivité l'est aussi, ou l'un de ses agents ou l'une de ses "
        "ressources lui est visible"
    ),
    _sees,
    _seen,
    otherwise=_l("la personne ne peut pas connaître la collectivité"),
    title=_l("Voir la page d'une collectivité"),
    joined="and",
)
