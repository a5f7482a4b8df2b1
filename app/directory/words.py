"""How the facts about people and places are said: mandates, languages, countries, kinds of organisation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale

from app.accounts.models import Mandate, Organisation, OrganisationKind, ShownTo, User
from app.accounts.words import MANDATES
from app.core.i18n import current_language, format_day_number
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l

KINDS = {
    OrganisationKind.CITY: _l("Ville"),
    OrganisationKind.INTERCOMMUNALITY: _l("Intercommunalité"),
    OrganisationKind.DEPARTMENT: _l("Département"),
    OrganisationKind.REGION: _l("Région"),
    OrganisationKind.ASSOCIATION: _l("Association"),
    OrganisationKind.UNIVERSITY: _l("Université"),
    OrganisationKind.OTHER: _l("Autre organisme"),
}
SHOWN_TO = {
    ShownTo.NOBODY: _l("Moi seulement"),
    ShownTo.SPACES: _l("Les personnes de mes espaces"),
    ShownTo.NETWORK: _l("Les personnes de mes espaces et tous les membres du réseau"),
}
# The official languages of the Union, then those most spoken beside them in European cities (ISO 639-1).
FIRST_LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt")
OTHER_LANGUAGES = (
    *("ar", "bg", "ca", "cs", "da", "el", "et", "fi", "ga", "hr", "hu", "lt"),
    *("lv", "mt", "pl", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk"),
)
LANGUAGES = (*FIRST_LANGUAGES, *OTHER_LANGUAGES)


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def language_names(codes: Iterable[str]) -> str:
    """Return languages as one phrase: « Français, anglais »; English writes each with a capital."""
    languages = _locale(current_language()).languages
    phrase = ", ".join(languages.get(code, code) for code in codes)
    return phrase[:1].upper() + phrase[1:]


def country_name(code: str) -> str:
    """Return the name of a country in the reader's language."""
    return str(_locale(current_language()).territories.get(code, code))


def mandate_fact(person: User) -> str:
    """Return in what quality a person takes part, and until when: « Mandat électif, depuis le 3 juillet 2020 »."""
    if person.mandate not in set(Mandate):
        return ""
    label, start, end = str(MANDATES[Mandate(person.mandate)]), person.mandate_start, person.mandate_end
    if start and end:
        first, last = format_day_number(start), format_day_number(end)
        return _("%(mandate)s, du %(first)s au %(last)s", mandate=label, first=first, last=last)
    if start:
        return _("%(mandate)s, depuis le %(day)s", mandate=label, day=format_day_number(start))
    if end:
        return _("%(mandate)s, jusqu'au %(day)s", mandate=label, day=format_day_number(end))
    return label


def kind_words(kind: str) -> str:
    """Return what an organisation is: « Ville »."""
    known = kind if kind in set(OrganisationKind) else OrganisationKind.OTHER
    return str(KINDS[OrganisationKind(known)])


def membership_words(value: str) -> str:
    """Return how the filter « member or not » is called."""
    return _("Membre du réseau") if value == "oui" else _("Hors du réseau")


def member_since(organisation: Organisation) -> str:
    """Return since when an organisation is a member: « Membre du réseau depuis le 3 mai 2019 »."""
    if not organisation.is_member:
        return _("Hors du réseau")
    if organisation.joined_on:
        return _("Membre du réseau depuis le %(day)s", day=format_day_number(organisation.joined_on))
    return _("Membre du réseau")
