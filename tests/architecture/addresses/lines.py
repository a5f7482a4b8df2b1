"""What a line of the great table says: an address, how it is asked, and who gets what there."""

from __future__ import annotations

from dataclasses import dataclass

from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
)

NOBODY = None
PEOPLE = (NOBODY, GUEST, CLOSED_GUEST, EXPIRED_GUEST, OUTSIDER, MEMBER, FACILITATOR, ADMIN, REFERENT, ENTERED)

# What each person gets, in the order of PEOPLE: y = yes, d = the door (sign-in), r = refused (403), n = does not exist.
ALL = "yyyyyyyyyy"
SIGNED_IN = "dyyyyyyyyy"
MEMBERS = "drrryyyyyy"
ADMINS = "drrrrrryry"
ADMINS_SEND = "dnnnnnnyny"  # a form: who may not send it must not learn that it exists
READ = {OPEN: "dynnyyyyyy", REQUEST: "dnnnrryrry", PRIVATE: "dnynnyynny"}
WRITE = {OPEN: "dynnryyrrr", REQUEST: "dnnnrryrrr", PRIVATE: "dnynnyynnr"}
OWN = {OPEN: "drnnrryrrr", REQUEST: "dnnnrryrrr", PRIVATE: "dnrnnrynnr"}
MODERATE = {OPEN: "drnnrryyry", REQUEST: "dnnnrryrry", PRIVATE: "dnrnnrynny"}
OUTCOMES = {"y": "yes", "d": "the door", "r": "refused", "n": "does not exist"}


@dataclass(frozen=True)
class Line:
    """One address: its endpoint, method, path (``{slug}``, ``{resource}`` … filled in), what is sent, who gets what.

    ``gets`` is one word for all spaces, or one for each. The names a path may use are those ``test_great_table``
    furnishes the three spaces with.
    """

    endpoint: str
    path: str
    gets: str | dict[str, str]
    method: str = "GET"
    sends: tuple[tuple[str, str], ...] = ()


def post(endpoint: str, path: str, gets: str | dict[str, str], **sends: str) -> Line:
    return Line(endpoint, path, gets, "POST", tuple(sends.items()))
