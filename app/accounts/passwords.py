"""Passwords: what is accepted, how they are hashed and compared (OWASP ASVS 5.0 V6.2, CNIL recommendation 2022-100)."""

from __future__ import annotations

from functools import lru_cache
from string import digits
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from zxcvbn import zxcvbn

from app.core.db import sort_key
from app.core.i18n import lazy_gettext as _l
from app.core.text import clean_text

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

SHORTEST = 12
LONGEST = 256
CHECKED = 72  # zxcvbn's time grows with the square of the length; a longer password is strong by its length
ENOUGH_SCORE = 2
NETWORK_WORDS = [
    "beffroi",
    "efus",
    "ffsu",
    "réseau",
    "reseau",
    "villes",
    "ville",
    "mairie",
    "police",
    "sécurité",
    "urbaine",
]


@lru_cache(maxsize=4)
def _hasher(cost: str) -> PasswordHasher:
    # RFC 9106, second recommended option (64 MiB, three passes); tests ask for the cheapest one.
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cost == "test" else PasswordHasher()


def hasher() -> PasswordHasher:
    """Return the hasher of this site (argon2id)."""
    return _hasher(str(current_app.config.get("PASSWORD_COST", "normal")))


def hash_password(password: str) -> str:
    """Return the hash of a password. Slow on purpose: call it outside of any write transaction."""
    return hasher().hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether a password is the one stored; takes the same time when nothing is stored."""
    compared = stored or decoy(str(current_app.config.get("PASSWORD_COST", "normal")))
    try:
        hasher().verify(compared, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@lru_cache(maxsize=4)
def decoy(cost: str) -> str:
    """Return the hash compared with when an account is unknown."""
    return _hasher(cost).hash("no account has this password")


def needs_rehash(stored: str) -> bool:
    """Tell whether a stored hash was made with other costs than today's."""
    return hasher().check_needs_rehash(stored)


def weakness(password: str, *known_words: str) -> LazyString | None:
    """Return what is wrong with a new password, None when it is good enough.

    ``known_words`` are those an attacker would try first: the name, the address, the city; so is the name of the site.
    """
    if len(password) < SHORTEST:
        return _l("Ce mot de passe est trop court : prenez au moins 12 caractères, par exemple quatre mots sans lien.")
    if len(password) > LONGEST:
        return _l("Ce mot de passe dépasse 256 caractères.")
    given = (*known_words, current_app.config["SETTINGS"].site_name, *NETWORK_WORDS)
    texts = [clean_text(text).lower() for text in given]
    words = [word for text in texts for word in (text, *text.replace("@", " ").split())]
    is_known = _letters(password) in {_letters(text) for text in texts} - {""}
    if is_known or zxcvbn(password[:CHECKED], user_inputs=words)["score"] < ENOUGH_SCORE:
        return _l("Ce mot de passe est facile à deviner. Prenez plusieurs mots sans lien entre eux.")
    return None


def _letters(text: str) -> str:
    """Return a text without its accents, spaces, punctuation and the digits around it: « Réseau des villes 2026 »."""
    return sort_key(text).replace(" ", "").strip(digits)
