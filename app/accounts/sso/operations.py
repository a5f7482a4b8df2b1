"""From what a provider says of a person to their account here."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import IdentityLink, User
from app.accounts.queries import user_by_email
from app.accounts.telling import tell
from app.core.audit import record
from app.core.clock import now
from app.core.errors import NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.extensions import db


def person_of(issuer: str, subject: str, email: str | None) -> User | None:
    """Return the account of an identity, None when there is none. Call inside ``transaction()``.

    An identity seen before finds its account whatever its address has become. A new one is linked to the account of
    its address, when the provider answers for that address (``email`` is None otherwise), and the owner is told.
    """
    known = db.session.scalar(
        select(IdentityLink).where(IdentityLink.issuer == issuer, IdentityLink.subject == subject)
    )
    if known is not None:
        known.last_used_at = now()
        owner: User = known.user
        return owner
    user = user_by_email(email) if email else None
    if user is None or not user.is_active:
        return user
    link(user, issuer, subject)
    tell(user, _l("Connexion reliée à votre compte"), _l("Un autre service peut maintenant ouvrir votre compte."))
    return user


def link(user: User, issuer: str, subject: str) -> None:
    """Let an identity open an account from now on. Call inside ``transaction()``."""
    db.session.add(IdentityLink(user_id=user.id, issuer=issuer, subject=subject, last_used_at=now()))
    record("user.identity_linked", user, user, issuer=issuer)


def identities_of(user: User) -> list[IdentityLink]:
    """Return the identities that open an account, the oldest first."""
    mine = select(IdentityLink).where(IdentityLink.user_id == user.id).order_by(IdentityLink.id)
    return list(db.session.scalars(mine))


def unlink(user: User, issuer: str) -> None:
    """Forget the identities of one provider. Call inside ``transaction()``. Raises NotFoundError when there is none."""
    theirs = [one for one in identities_of(user) if one.issuer == issuer]
    if not theirs:
        raise NotFoundError
    for one in theirs:
        db.session.delete(one)
    record("user.identity_unlinked", user, user, issuer=issuer)
    tell(user, _l("Connexion détachée de votre compte"), _l("Un autre service n'ouvre plus votre compte."))
