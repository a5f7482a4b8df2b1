"""Domains of e-mail addresses: what is one, which are everybody's, and whose an address is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from publicsuffixlist import PublicSuffixList
from sqlalchemy import select

from app.accounts.models import Organisation, OrganisationDomain
from app.extensions import db

LONGEST_DOMAIN = 253  # RFC 1035, 2.3.4
MOST_DOMAINS = 20
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_SEPARATORS = re.compile(r"[\s,;]+")

_PUBLIC_MAIL = """
    gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr hotmail.be hotmail.it hotmail.es
    hotmail.de hotmail.co.uk live.com live.fr live.be msn.com yahoo.com yahoo.fr yahoo.es yahoo.it yahoo.de
    yahoo.co.uk ymail.com rocketmail.com aol.com aol.fr icloud.com me.com mac.com proton.me protonmail.com
    protonmail.ch pm.me tutanota.com tuta.io mailo.com mailo.eu gmx.com gmx.fr gmx.net gmx.de web.de t-online.de
    freenet.de mail.com email.com zoho.com yandex.com yandex.ru mail.ru orange.fr wanadoo.fr free.fr sfr.fr
    neuf.fr cegetel.net club-internet.fr 9online.fr 9business.fr bbox.fr numericable.fr noos.fr laposte.net
    voila.fr aliceadsl.fr libertysurf.fr dbmail.com tele2.fr skynet.be telenet.be proximus.be voo.be scarlet.be
    bluewin.ch libero.it virgilio.it tiscali.it alice.it tin.it terra.es telefonica.net sapo.pt ziggo.nl kpnmail.nl
    planet.nl btinternet.com sky.com virginmedia.com o2.pl wp.pl onet.pl interia.pl seznam.cz centrum.cz riseup.net
    netcourrier.com yopmail.com mailinator.com
"""
#: Providers where anybody opens an address: recognising a city by one of them would let everybody in.
PUBLIC_MAIL = frozenset(_PUBLIC_MAIL.split())


def split_domains(text: str) -> list[str]:
    """Return the domains written in a text, one a line or with commas: lower case, bare of « @ » and « www. », once."""
    words = (word.strip().casefold().rpartition("@")[2].strip(".") for word in _SEPARATORS.split(text))
    return list(dict.fromkeys(_ascii(_without_www(word)) for word in words if word))


def _without_www(domain: str) -> str:
    """Return a domain without the name of its web site, which no address has."""
    bare = domain.removeprefix("www.")
    return bare if "." in bare else domain


def _ascii(domain: str) -> str:
    """Return the form in which addresses carry a domain with accents (RFC 5891); what cannot be one stays as it is."""
    if domain.isascii() or len(domain) > LONGEST_DOMAIN:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def is_domain(text: str) -> bool:
    """Tell whether a text has the form of a domain name."""
    return len(text) <= LONGEST_DOMAIN and _DOMAIN.fullmatch(text) is not None


def is_public_mail(domain: str) -> bool:
    """Tell whether anybody can open an address at this domain."""
    return domain in PUBLIC_MAIL


def is_public_suffix(domain: str) -> bool:
    """Tell whether anybody registers domains under this one, as under « co.uk » (https://publicsuffix.org/list/)."""
    return bool(_suffixes().publicsuffix(domain) == domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def holders_of(domains: Iterable[str]) -> dict[str, Organisation]:
    """Return the organisation that holds each of these domains, in one statement."""
    wanted = list(domains)
    if not wanted:
        return {}
    query = select(OrganisationDomain.domain, Organisation).join(Organisation)
    return dict(db.session.execute(query.where(OrganisationDomain.domain.in_(wanted))).all())


def parents_of(email: str) -> list[str]:
    """Return the domain of an address and those above it, nearest first: « a@b.c.fr » gives b.c.fr, c.fr."""
    labels = _ascii(email.rpartition("@")[2].casefold()).split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)][:10]


def organisation_of_address(email: str) -> Organisation | None:
    """Return the organisation whose domain this address has, the nearest one for a domain within a domain."""
    domains = parents_of(email)
    found = holders_of(domains)
    return next((found[domain] for domain in domains if domain in found), None)
