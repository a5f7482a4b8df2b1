"""Speaking to the provider: where it is, the tokens it gives, and whether they are what was asked for.

Authlib and its companions are imported here only, and this module only where single sign-on is configured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.accounts.sso.profiles import PROFILES, Profile, ProviderDownError, UntrustedAnswerError
from app.core.navigation import address
from app.core.text import one_line

SECONDS = 10
KEPT_SECONDS = 3600
DOWN_SECONDS = 15  # a provider that did not answer is not asked again by each visitor, whose thread would wait
HEARD_SECONDS = (
    20  # a person is sent to a provider heard of so lately: their browser would show its own page of a fault
)
SOON = 3
LEEWAY = 60
# Signatures only the provider can make: never « none », never a secret that we share with it.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


@dataclass(frozen=True)
class Claims:
    """What the provider says of a person; ``email`` only when it answers for it."""

    issuer: str
    subject: str
    email: str | None
    id_token: str
    name: str = ""


@dataclass
class Provider:
    """The provider of this site. What it publishes of itself is read again after an hour."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    profile: Profile
    metadata: dict[str, Any]
    keys: dict[str, Any]
    read_at: float
    heard_at: float

    def begin(self, state: str, nonce: str, verifier: str) -> str:
        """Return the address to send the person to (code flow with PKCE, RFC 7636)."""
        url, _state = self._client().create_authorization_url(
            self.metadata["authorization_endpoint"],
            state=state,
            nonce=nonce,
            code_verifier=verifier,
            **self.profile.asks,
        )
        return str(url)

    def claims(self, brought: Mapping[str, str], nonce: str, verifier: str) -> Claims:
        """Return what the provider says of the person who came back; ``brought`` is what the address then carried.

        Raises ProviderDownError and UntrustedAnswerError.
        """
        if brought.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise UntrustedAnswerError("the answer of another provider")
        code = brought.get("code", "")
        client = self._client()
        try:
            endpoint = self.metadata["token_endpoint"]
            token = client.fetch_token(endpoint, code=code, code_verifier=verifier, timeout=SECONDS)
            id_claims = self.checked(token.get("id_token"), nonce, token.get("access_token"))
            said = self._userinfo(client, id_claims["sub"]) if "userinfo_endpoint" in self.metadata else {}
        except OAuthError as error:
            raise UntrustedAnswerError(error.error) from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderDownError(str(error)) from error
        source = said if "email" in said else id_claims
        email, name = self._email(source), _name(source)
        return Claims(self.issuer, str(id_claims["sub"])[:255], email, str(token["id_token"]), name)

    def checked(self, id_token: Any, nonce: str, access_token: Any = None) -> dict[str, Any]:
        """Return the claims of an ID token whose signature, issuer, audience, hours and nonce hold.

        Raises UntrustedAnswerError.
        """
        decoded = self._decoded(id_token)
        options = {"iss": {"values": [self.issuer]}, "aud": {"values": [self.client_id]}}
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": access_token}
        try:
            CodeIDToken(decoded.claims, decoded.header, options, params).validate(leeway=LEEWAY)
        except JoseError as error:
            raise UntrustedAnswerError(str(error)) from error
        return dict(decoded.claims)

    def _decoded(self, token: Any) -> Any:
        if not isinstance(token, str):
            raise UntrustedAnswerError("no token")
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, KeySet.import_key_set(cast("Any", self.keys)), registry=registry)
        except (JoseError, ValueError):
            self.keys = _json(self.metadata["jwks_uri"])  # it may have changed its keys since
        try:
            return jwt.decode(token, KeySet.import_key_set(cast("Any", self.keys)), registry=registry)
        except (JoseError, ValueError) as error:
            raise UntrustedAnswerError(str(error)) from error

    def _userinfo(self, client: OAuth2Session, subject: str) -> dict[str, Any]:
        """Return what it says of the person apart, as JSON or signed (Core 1.0, 5.3.2), if it is the same person."""
        answer = client.get(self.metadata["userinfo_endpoint"], timeout=SECONDS)
        answer.raise_for_status()
        if answer.headers.get("Content-Type", "").startswith("application/jwt"):
            said: Any = self._decoded(answer.text).claims
            audience = said.get("aud", self.client_id)
            audience = audience if isinstance(audience, list) else [audience]
            if said.get("iss", self.issuer) != self.issuer or self.client_id not in audience:
                raise UntrustedAnswerError("signed information for somebody else")
        else:
            said = answer.json()
        if not isinstance(said, dict) or said.get("sub") != subject:
            raise UntrustedAnswerError("information of another subject")
        return dict(said)

    def _email(self, said: dict[str, Any]) -> str | None:
        verified = said.get("email_verified", self.profile.mail_is_verified)
        email = said.get("email")
        return email if isinstance(email, str) and verified is True else None

    def end(self, id_token: str, state: str) -> str | None:
        """Return the address that ends the session over there too, None where it has none (RP-Initiated Logout 1.0)."""
        endpoint = self.metadata.get("end_session_endpoint")
        if endpoint is None:
            return None
        back = address("accounts.sign_in_page")
        return f"{endpoint}?{urlencode({'id_token_hint': id_token, 'state': state, 'post_logout_redirect_uri': back})}"

    def _client(self) -> OAuth2Session:
        offered = self.metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=self.scopes,
            redirect_uri=address("sso.come_back"),
            code_challenge_method="S256",
            token_endpoint_auth_method=(
                "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
            ),
        )


def _name(said: Mapping[str, Any]) -> str:
    """Return the name of a person as their provider writes it (Core 1.0, 5.1; ``usual_name`` is ProConnect's)."""
    parts = said.get("given_name"), said.get("usual_name") or said.get("family_name")
    whole = said.get("name") or " ".join(part for part in parts if isinstance(part, str))
    return one_line(whole)[:120] if isinstance(whole, str) else ""


def provider() -> Provider:
    """Return the provider of this site, with what it publishes. Raises ProviderDownError."""
    known: Provider | None = current_app.extensions.get("oidc_provider")
    if known is not None and time.monotonic() - known.read_at < KEPT_SECONDS:
        return known
    with _not_asked_while_down():
        found = _found()
    current_app.extensions["oidc_provider"] = found
    return found


def answering_provider() -> Provider:
    """Return the provider, to which somebody is to be sent. Raises ProviderDownError where it fell silent since."""
    found = provider()
    if time.monotonic() - found.heard_at >= HEARD_SECONDS:
        with _not_asked_while_down():
            _json(_published_by(found.issuer), SOON)
        found.heard_at = time.monotonic()
    return found


@contextmanager
def _not_asked_while_down() -> Iterator[None]:
    """Ask the provider, unless it did not answer a moment ago; remember when it does not."""
    if time.monotonic() - current_app.extensions.get("oidc_down_at", -DOWN_SECONDS) < DOWN_SECONDS:
        raise ProviderDownError("it did not answer a moment ago")
    try:
        yield
    except ProviderDownError:
        current_app.extensions["oidc_down_at"] = time.monotonic()
        raise


def _published_by(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def _found() -> Provider:
    settings = current_app.config["SETTINGS"]
    profile = PROFILES[settings.oidc_profile]
    metadata = _json(_published_by(settings.oidc_issuer))
    if metadata.get("issuer") != settings.oidc_issuer:
        raise ProviderDownError(f"it calls itself {metadata.get('issuer')!r}")
    try:
        keys = _json(metadata["jwks_uri"])
        return Provider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_scopes or profile.scopes,
            profile,
            metadata,
            keys,
            read_at=time.monotonic(),
            heard_at=time.monotonic(),
        )
    except KeyError as error:
        raise ProviderDownError(f"it does not publish {error}") from error


def _json(url: str, seconds: int = SECONDS) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=seconds)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderDownError(str(error)) from error
    if not isinstance(found, dict):
        raise ProviderDownError("it does not answer as a provider does")
    return found
