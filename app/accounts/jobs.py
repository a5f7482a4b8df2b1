"""Mails about one's own account."""

from __future__ import annotations

from typing import Any

from app.accounts.operations import RESET, RESET_LIFE, SIGN_IN, SIGN_IN_LIFE, make_secret_link
from app.accounts.queries import may_sign_in, user_by_email
from app.core.db import transaction
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address


@job("accounts.mail_reset")
def mail_reset(payload: dict[str, Any]) -> None:
    """Mail a link to choose a new password, if the address has an account.

    Done in the background so that the page answers in the same time for known and unknown addresses.
    """
    with transaction():
        user = user_by_email(payload["email"])
        if user is None or not may_sign_in(user):
            return
        link = address("accounts.choose_password_page", secret=make_secret_link(user, RESET, RESET_LIFE))
        send(
            user.email,
            _l("Choisir un nouveau mot de passe"),
            "reset",
            language=user.language,
            user=user,
            link=link,
        )


@job("accounts.mail_sign_in_link")
def mail_sign_in_link(payload: dict[str, Any]) -> None:
    """Mail a link to sign in, if the address has an account; in the background for the same reason."""
    with transaction():
        user = user_by_email(payload["email"])
        if user is None or not may_sign_in(user):
            return
        secret = make_secret_link(user, SIGN_IN, SIGN_IN_LIFE)
        link = address("links.link_page", secret=secret, next=payload["next"])
        send(user.email, _l("Votre lien de connexion"), "sign_in_link", language=user.language, user=user, link=link)
