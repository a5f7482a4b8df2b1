"""What a change means for those who read, said before it is made."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.i18n import ngettext
from app.spaces.models import Space, Visibility
from app.spaces.queries import count_of_members, turnout

OPEN, REQUEST, PRIVATE = Visibility.OPEN.value, Visibility.REQUEST.value, Visibility.PRIVATE.value


def effect_of(space: Space, visibility: str) -> str:
    """Return what a new visibility changes and for how many people, nothing when it is the present one."""
    outside = max(0, count_of_members() - turnout(space).members)
    return _sentences(outside).get((str(space.visibility), visibility), "")


def _sentences(number: int) -> Mapping[tuple[str, str], str]:
    will_read = ngettext(
        "%(num)s membre du réseau qui n'y participe pas pourra lire tout ce que l'espace contient, même ce qui a été "
        "écrit avant.",
        "%(num)s membres du réseau qui n'y participent pas pourront lire tout ce que l'espace contient, même ce qui a "
        "été écrit avant.",
        number,
    )
    will_know = ngettext(
        "%(num)s membre du réseau qui n'y participe pas verra le nom et le résumé de l'espace, rien de plus.",
        "%(num)s membres du réseau qui n'y participent pas verront le nom et le résumé de l'espace, rien de plus.",
        number,
    )
    reads_no_more = ngettext(
        "%(num)s membre du réseau qui n'y participe pas ne pourra plus lire l'espace, seulement son nom et son résumé.",
        "%(num)s membres du réseau qui n'y participent pas ne pourront plus lire l'espace, seulement son nom et son "
        "résumé.",
        number,
    )
    knows_no_more = ngettext(
        "%(num)s membre du réseau qui n'y participe pas ne pourra plus le lire ni savoir qu'il existe.",
        "%(num)s membres du réseau qui n'y participent pas ne pourront plus le lire ni savoir qu'il existe.",
        number,
    )
    return {
        (REQUEST, OPEN): will_read,
        (PRIVATE, OPEN): will_read,
        (PRIVATE, REQUEST): will_know,
        (OPEN, REQUEST): reads_no_more,
        (OPEN, PRIVATE): knows_no_more,
        (REQUEST, PRIVATE): knows_no_more,
    }
