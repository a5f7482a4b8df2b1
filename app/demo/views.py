"""The mails of the demo, readable by the person they were written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template

from app.accounts.queries import normal_email
from app.core.access import person, signed_in
from app.core.errors import NotFoundError
from app.core.mail import FolderTransport

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("demo", __name__)


@blueprint.get("/demo/courrier")
@signed_in
def mailbox() -> ResponseReturnValue:
    """Show the mails written to this person, newest first. Exists on a loopback address with the demo on only."""
    transport = current_app.extensions["mail_transport"]
    if not current_app.config["SETTINGS"].demo_passwords_known or not isinstance(transport, FolderTransport):
        raise NotFoundError
    mine = [mail for mail in transport.messages(500) if normal_email(mail["To"] or "") == person().email]
    return render_template("demo/mailbox.html", mails=[(mail, _text_of(mail)) for mail in mine[:50]])


def _text_of(mail: object) -> str:
    part = mail.get_body(("plain",))  # type: ignore[attr-defined]
    return part.get_content() if part is not None else ""
