"""People named in what comes from another site: found again here by their address, or kept under their name alone."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from app.accounts.models import Organisation, User, UserKind
from app.accounts.queries import normal_email
from app.accounts.rights.erasing import NEUTRAL_NAME, erased_ids
from app.core.clock import now
from app.core.db import new_public_id
from app.core.text import one_line
from app.extensions import db

#: RFC 6761, 6.4: a name that never resolves; nobody signs in with it and no mail reaches it.
NOWHERE = "elsewhere.invalid"


def digest_of(email: str) -> str:
    """Return the digest by which an address is recognised without being told."""
    return hashlib.sha256(f"beffroi:{normal_email(email)}".encode()).hexdigest()


def is_from_elsewhere(user: User) -> bool:
    """Tell whether an account only carries the name of somebody from another site."""
    return user.email.endswith(f"@{NOWHERE}")


def people_by_digest() -> dict[str, int]:
    """Return the ids of the people of this site by the digest of their address; the erased have none."""
    query = select(User.email, User.id).where(User.erased_at.is_(None))
    return {digest_of(email): id_ for email, id_ in db.session.execute(query)}


def remember_person(
    public_id: str, name: str, function: str, *, organisation: Organisation | None, is_guest: bool
) -> User:
    """Return the closed account that carries somebody's name; made once, however often they are named.

    It opens nothing and is nobody's to use. Who was erased on this site stays under the neutral name. Call inside
    ``transaction()``.
    """
    email = f"{public_id}@{NOWHERE}"
    found: User | None = db.session.scalar(select(User).where(User.email == email))
    if found is not None:
        return found
    taken = db.session.scalar(select(User.id).where(User.public_id == public_id)) is not None
    is_erased = public_id in erased_ids()
    user = User(
        public_id=new_public_id() if taken else public_id,
        email=email,
        name=NEUTRAL_NAME if is_erased else one_line(name) or NEUTRAL_NAME,
        function="" if is_erased else one_line(function)[:160],
        organisation=None if is_erased else organisation,
        kind=UserKind.GUEST if is_guest else UserKind.MEMBER,
        disabled_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    return user
