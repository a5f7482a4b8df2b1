"""What is counted of people, on the front page of the administration and above their list."""

from __future__ import annotations

from flask import url_for

from app.accounts.models import User, UserKind
from app.admin.roster import Group, is_dormant, number_of, organisations_of_guests
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.navigation import Figure
from app.core.slots import fill


def _list_of(group: Group) -> str:
    return url_for("admin_people.people_page", role=group.value)


@fill("admin.figures", order=20)
def members_figure() -> Figure:
    """Return how many members the network has."""
    number = number_of(User.kind == UserKind.MEMBER)
    return Figure(number, ngettext("membre actif", "membres actifs", number), _list_of(Group.MEMBERS))


@fill("admin.figures", order=30)
def guests_figure() -> Figure:
    """Return how many guests there are, and from how many organisations."""
    number, places = number_of(User.kind == UserKind.GUEST), organisations_of_guests()
    where = ngettext("%(num)s collectivité", "%(num)s collectivités", places)
    words = ngettext("invité, %(organisations)s", "invités, %(organisations)s", number, organisations=where)
    return Figure(number, words, _list_of(Group.GUESTS))


@fill("admin.figures", order=40)
def dormant_figure() -> Figure:
    """Return how many have not come for a year."""
    return Figure(number_of(is_dormant()), _("sans connexion depuis un an"), _list_of(Group.DORMANT))
