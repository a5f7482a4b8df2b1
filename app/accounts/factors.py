"""The second factor: a code of six digits that changes every 30 seconds (RFC 6238), and codes for when it is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import pyotp
from flask import current_app
from sqlalchemy import delete, select, update

from app.accounts.models import RecoveryCode, User
from app.accounts.queries import has_second_factor, may_do_without_factor
from app.accounts.sealing import derived_key, seal, unseal
from app.accounts.telling import tell
from app.core.audit import record
from app.core.clock import now
from app.core.db import PUBLIC_ID_ALPHABET, lock, transaction
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.throttle import Limit
from app.extensions import db

PURPOSE = "second factor"
STEP_SECONDS = 30
STEPS_AROUND = (-1, 0, 1)
HOW_MANY_CODES = 10
CODE_GROUPS, CODE_GROUP = 3, 4  # 60 bits, hashed with scrypt (OWASP ASVS 5.0, V6.5.2)
CODE_ATTEMPTS = Limit("second step", free=5)
_SWITCHED_OFF = _l("La connexion en deux étapes vient d'être arrêtée.")
_RESET = _l(
    "L'administration du site vient d'arrêter la connexion en deux étapes de votre compte et de fermer vos sessions : "
    "votre mot de passe suffit pour vous identifier. Remettez-la en place dès que possible, page « Sécurité »."
)


def begin_factor(user: User) -> None:
    """Make a key to be confirmed by a first code. Call inside ``transaction()``."""
    lock(user)
    if has_second_factor(user):
        raise DomainError(_l("La connexion en deux étapes est déjà activée."))
    user.totp_secret, user.totp_last_step = seal(pyotp.random_base32(), PURPOSE), None


def key_of(user: User) -> str | None:
    """Return the key of a person, to be shown while it is not yet confirmed; None when there is none to read."""
    return unseal(user.totp_secret, PURPOSE) if user.totp_secret else None


def address_of_key(user: User, key: str) -> str:
    """Return what the QR code of a key says (Key Uri Format)."""
    return pyotp.TOTP(key).provisioning_uri(name=user.email, issuer_name=current_app.config["SETTINGS"].site_name)


def new_codes(user: User) -> tuple[list[str], list[str]]:
    """Return fresh recovery codes, to be shown once, and their hashes. Slow: call it outside of any transaction."""
    codes = ["-".join(_group() for _ in range(CODE_GROUPS)) for _ in range(HOW_MANY_CODES)]
    return codes, [hash_code(user, code) for code in codes]


def _group() -> str:
    return "".join(secrets.choice(PUBLIC_ID_ALPHABET) for _ in range(CODE_GROUP))


def hash_code(user: User, code: str) -> str:
    """Return the form in which a recovery code is kept; case, spaces and hyphens do not matter."""
    plain = "".join(character for character in code.casefold() if character.isalnum())
    cost = 2 if current_app.config.get("PASSWORD_COST") == "test" else 2**14
    salt = derived_key("recovery codes") + user.public_id.encode()
    return hashlib.scrypt(plain.encode("utf-8", "replace"), salt=salt, n=cost, r=8, p=1, dklen=32).hex()


def confirm_factor(user: User, code: str, hashes: list[str]) -> bool:
    """Switch the second factor on with a first code, inside a transaction; ``hashes`` are its recovery codes."""
    lock(user)
    if has_second_factor(user) or not _take_step(user, code):
        return False
    user.totp_confirmed_at = now()
    _keep_codes(user, hashes)
    record("user.factor_enabled", user, user)
    tell(user, _l("Connexion en deux étapes activée"), _l("La connexion en deux étapes vient d'être activée."))
    return True


def renew_codes(user: User, hashes: list[str]) -> None:
    """Replace the recovery codes. Call inside ``transaction()``. Raises DomainError without a second factor."""
    lock(user)
    if not has_second_factor(user):
        raise DomainError(_l("La connexion en deux étapes n'est pas activée."))
    _keep_codes(user, hashes)
    record("user.recovery_codes_renewed", user, user)
    tell(user, _l("Nouveaux codes de secours"), _l("De nouveaux codes de secours remplacent les précédents."))


def _keep_codes(user: User, hashes: list[str]) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=one) for one in hashes)


def codes_left(user: User) -> int:
    """Return how many recovery codes a person has not used."""
    unused = select(RecoveryCode.id).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(unused).all())


def disable_factor(user: User, by: User | None) -> None:
    """Switch the second factor off. Call inside ``transaction()``.

    ``by`` is the person themselves, an administrator who lets them in again, or None for the host. Raises DomainError
    when the person's own role asks for one and they do it themselves.
    """
    is_own = by is not None and by.id == user.id
    if is_own and not may_do_without_factor(user):
        raise DomainError(_l("Votre rôle demande la connexion en deux étapes : elle ne peut pas être arrêtée."))
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    record("user.factor_disabled" if is_own else "user.factor_reset", by, user)
    tell(user, _l("Connexion en deux étapes arrêtée"), _SWITCHED_OFF if is_own else _RESET)


def accept_code(user: User, code: str) -> bool:
    """Tell whether a code of the app or a recovery code is right, and use it up. Runs outside of any transaction.

    Each attempt is counted before anything is compared. Raises TooManyError.
    """
    subject = str(user.id)
    CODE_ATTEMPTS.take(subject)
    recovery = None if _digits(code) else hash_code(user, code)
    with transaction():
        lock(user)
        right = _use_recovery(user, recovery) if recovery else has_second_factor(user) and _take_step(user, code)
        if right:
            CODE_ATTEMPTS.forgive(subject)
        else:
            record("user.code_refused", user, user)
    return right


def confirm_by_code(user: User, code: str) -> bool:
    """Tell whether the person already signed in has a right code, for who has no password. Raises TooManyError."""
    right = accept_code(user, code)
    if right:
        with transaction():
            record("user.confirmed", user, user)
    return right


def _use_recovery(user: User, code_hash: str) -> bool:
    mine = (RecoveryCode.user_id == user.id) & (RecoveryCode.code_hash == code_hash) & RecoveryCode.used_at.is_(None)
    used = db.session.execute(update(RecoveryCode).where(mine).values(used_at=now()))
    if not used.rowcount:  # type: ignore[attr-defined]
        return False
    record("user.recovery_code_used", user, user, left=codes_left(user))
    tell(user, _l("Un code de secours a servi"), _l("Un code de secours vient de servir à ouvrir votre compte."))
    return True


def _digits(code: str) -> str | None:
    plain = "".join(code.split())
    return plain if plain.isascii() and plain.isdigit() and len(plain) == 6 else None  # noqa: PLR2004 - RFC 6238


def _take_step(user: User, code: str) -> bool:
    """Compare a code with those of the steps around now; a step that has served, or is older, serves no more."""
    digits, key = _digits(code), key_of(user)
    if digits is None or key is None:
        return False
    present, last = int(now().timestamp()) // STEP_SECONDS, user.totp_last_step or 0
    generator = pyotp.TOTP(key)
    for step in (present + shift for shift in STEPS_AROUND):
        if step > last and hmac.compare_digest(generator.generate_otp(step), digits):
            user.totp_last_step = step
            return True
    return False
