"""What the kinds of providers ask for and promise, and how an exchange with one fails."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Profile:
    """How to speak to one kind of provider.

    ``mail_is_verified`` says whether an address without the claim ``email_verified`` counts as verified;
    ``ends_there_too`` whether signing out here also signs out there.
    """

    scopes: str
    asks: dict[str, str] = field(default_factory=dict)
    mail_is_verified: bool = False
    ends_there_too: bool = False


#: ProConnect sends no ``email_verified``: its documentation has the identity providers of the State answer for the
#: professional addresses they hand on. It wants the level asked for, and its own session closed with ours.
PROFILES = {
    "generic": Profile("openid email profile"),
    "proconnect": Profile(
        "openid given_name usual_name email siret idp_id",
        {"acr_values": "eidas1"},
        mail_is_verified=True,
        ends_there_too=True,
    ),
}


class ProviderDownError(Exception):
    """The provider does not answer, or not as a provider does."""


class UntrustedAnswerError(Exception):
    """What came back is not what was asked for: forged, for somebody else, too old."""
