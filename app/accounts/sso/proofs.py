"""An identity proven by the provider that has no account yet: it waits in the session for the one about to be made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask import current_app, render_template, session, url_for

from app.core.clock import now

PROVEN_KEY = "proven"
PROVEN_SECONDS = 900
ASKING_KEY = "asking"


@dataclass(frozen=True)
class Proof:
    """Who the provider says somebody is; it answers for ``email``. ``id_token`` ends the session over there too."""

    issuer: str
    subject: str
    email: str
    name: str = ""
    id_token: str = ""


def offers_single_sign_on() -> bool:
    """Tell whether a provider is configured."""
    return bool(current_app.config["SETTINGS"].oidc_issuer)


def onward_page(target: str | None, kept: str) -> tuple[str, int, dict[str, str]]:
    """Return the page that leads to the provider after a form; ``kept`` says what waits here meanwhile.

    It refreshes: our policy (``form-action 'self'``) forbids the redirection of a form to elsewhere.
    """
    onward = url_for("sso.start", next=target)
    return render_template("accounts/sso_onward.html", onward=onward, kept=kept), 200, {"Refresh": f"0; url={onward}"}


def keep_proof(proof: Proof) -> None:
    """Note in the session who the provider says this is, for a quarter of an hour."""
    session[PROVEN_KEY] = {**asdict(proof), "until": now().timestamp() + PROVEN_SECONDS}


def kept_proof() -> Proof | None:
    """Return who the provider has just said this is, None when it has not or long ago."""
    kept = session.get(PROVEN_KEY)
    if not isinstance(kept, dict) or kept["until"] <= now().timestamp():
        return None
    return Proof(**{name: value for name, value in kept.items() if name != "until"})


def note_stranger(name: str, email: str) -> None:
    """Note what the provider says of somebody without an account: the request for access begins with it."""
    session[ASKING_KEY] = {"name": name, "email": email}


def noted_stranger() -> dict[str, str]:
    """Return what the provider said of who asks for access now; nothing when it was not asked."""
    noted: dict[str, str] = session.get(ASKING_KEY, {})
    return noted


def forget_stranger() -> None:
    """Forget it, once the request is sent."""
    session.pop(ASKING_KEY, None)
