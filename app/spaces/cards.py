"""The list of spaces as one person sees it: what each line may say of a space."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.accounts.models import User
from app.core.i18n import format_date, ngettext
from app.core.i18n import gettext as _
from app.spaces.blueprint import access_fact
from app.spaces.models import Membership, Role, Space
from app.spaces.permissions import can_join_space, can_read_space, memberships_of
from app.spaces.queries import Turnout, requested_by, spaces_seen_by, turnouts


@dataclass(frozen=True)
class SpaceCard:
    """One line of the list. ``numbers`` is None for a space of which only name and purpose may be shown."""

    space: Space
    membership: Membership | None
    numbers: Turnout | None
    has_asked: bool
    may_join: bool

    @property
    def url(self) -> str:
        """Address of the space."""
        return url_for("spaces.space_page", slug=self.space.slug)

    @property
    def access(self) -> tuple[str, str]:
        """Who reads the space: (icon, words)."""
        return access_fact(self.space)

    @property
    def facts(self) -> list[str]:
        """Short texts after the access: how many people and places."""
        if self.numbers is None:
            return []
        return [
            ngettext("%(num)s participant", "%(num)s participants", self.numbers.people),
            ngettext("%(num)s collectivité", "%(num)s collectivités", self.numbers.organisations),
        ]

    @property
    def role(self) -> str:
        """The person's own place in the space, empty when they have none."""
        if self.membership is None:
            return ""
        if self.membership.expires_at is not None:
            return _("Vous participez jusqu'au %(day)s", day=format_date(self.membership.expires_at, weekday=False))
        return _("Vous animez") if self.membership.role == Role.FACILITATOR else _("Vous participez")


def space_cards(person: User) -> tuple[list[SpaceCard], list[SpaceCard]]:
    """Return the lines of a person's own spaces and of the others; four statements whatever the number of spaces."""
    spaces, memberships, asked = spaces_seen_by(person), memberships_of(person), requested_by(person)
    read = [one.id for one in spaces if can_read_space(person, one)]
    numbers = turnouts(read)
    cards = [
        SpaceCard(
            space=one,
            membership=memberships.get(one.id),
            numbers=numbers.get(one.id, Turnout()) if one.id in read else None,
            has_asked=one.id in asked,
            may_join=can_join_space(person, one),
        )
        for one in spaces
    ]
    return [one for one in cards if one.membership], [one for one in cards if not one.membership]
