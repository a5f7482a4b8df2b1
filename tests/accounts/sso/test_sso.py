"""Single sign-on against a real provider: who comes in, who does not, and what is never believed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pyotp
import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.factors import begin_factor, confirm_factor, key_of
from app.accounts.models import IdentityLink, UserKind
from app.accounts.operations import disable
from app.accounts.sso.profiles import UntrustedAnswerError
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.sessions import UserSession
from app.extensions import db
from config import ROOT, Settings, UnsafeSettingError
from tests.accounts.sso.conftest import BACK
from tests.people import FACILITATOR, FORMER, MEMBER, OPEN, OUTSIDER, PASSWORD, PRIVATE, Cast
from tests.spaces.invitations import post
from tests.support import Browser, loaded, work

pytestmark = pytest.mark.slow
ACTION = re.compile(r'action="([^"]+)"')


def beyond(url: str, name: str) -> str:
    """Go through the pages of the provider as somebody; return the address it sends back to."""
    person = requests.Session()
    answer = person.get(url, allow_redirects=False, timeout=10)
    for _ in range(12):
        if answer.is_redirect:
            url = urljoin(url, answer.headers["Location"])
            if url.startswith(BACK):
                return url.removeprefix("http://127.0.0.1:8000")
            answer = person.get(url, allow_redirects=False, timeout=10)
            continue
        prompt = "login" if 'name="login"' in answer.text else "consent"
        found = ACTION.search(answer.text)
        assert found is not None, answer.text
        url = urljoin(url, found.group(1))
        fields = {"prompt": prompt, "login": name, "password": "any"}
        answer = person.post(url, fields, allow_redirects=False, timeout=10)
    raise AssertionError(answer.text)


def leave(browser: Browser, path: str = "/connexion/service") -> str:
    answer = browser.get(path)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def sign_in(app: Flask, name: str = MEMBER) -> tuple[Browser, TestResponse]:
    browser = Browser(app)
    return browser, browser.get(beyond(leave(browser), name))


def links(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(IdentityLink.subject)))


def test_first_sign_in_links_the_account_of_the_address_and_the_owner_is_told(
    app: Flask, cast: Cast, configured: Any
) -> None:
    for file in app.extensions["mail_transport"].folder.glob("*.eml"):
        file.unlink()
    browser, answer = sign_in(app)
    assert answer.headers["Location"] == "/"
    assert "Malik Benali" in browser.get("/").text
    assert links(app) == [MEMBER]
    work(app)
    (mail,) = app.extensions["mail_transport"].messages()
    assert (mail["To"], mail["Subject"]) == (MEMBER, "Connexion reliée à votre compte")
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "user.signed_in")).one()
        assert entry.detail == {"way": "sso"}


def test_second_sign_in_finds_the_account_even_under_another_address(app: Flask, cast: Cast, configured: Any) -> None:
    sign_in(app)
    with app.app_context(), transaction():
        loaded(MEMBER).email = "malik@ailleurs.example"
    browser, answer = sign_in(app)
    assert answer.headers["Location"] == "/"
    assert "Malik Benali" in browser.get("/").text
    assert len(links(app)) == 1


def test_address_the_provider_does_not_answer_for_opens_nothing(app: Flask, cast: Cast, configured: Any) -> None:
    for prefix in ("unverified", "silent"):
        _browser, answer = sign_in(app, f"{prefix}.{MEMBER}")
        assert answer.status_code == 403
        assert "ne garantit pas votre adresse" in answer.text
    assert links(app) == []


def test_unknown_person_is_sent_to_ask_for_access(app: Flask, cast: Cast, configured: Any) -> None:
    browser, answer = sign_in(app, "new@port-elvain.example")
    assert answer.headers["Location"] == "/demande-acces"
    page = browser.get("/demande-acces").text
    assert "Aucun compte n’a l’adresse new@port-elvain.example." in page
    assert 'value="new@port-elvain.example"' in page
    assert 'value="Malik Benali"' in page
    sent = {"name": "Malik Benali", "email": "new@port-elvain.example", "function": "Élu", "organisation": "Elvain"}
    browser.post("/demande-acces", sent)
    assert "new@port-elvain.example" not in browser.get("/demande-acces").text
    assert links(app) == []


def test_closed_account_stays_closed(app: Flask, cast: Cast, configured: Any) -> None:
    _browser, answer = sign_in(app, FORMER)
    assert answer.status_code == 403
    assert "Ce compte est fermé." in answer.text
    sign_in(app)
    with app.app_context(), transaction():
        disable(loaded(MEMBER))
    assert sign_in(app)[1].status_code == 403


def test_second_step_is_asked_for_all_the_same(app: Flask, cast: Cast, configured: Any) -> None:
    with app.app_context():
        with transaction():
            begin_factor(loaded(MEMBER))
        key = key_of(loaded(MEMBER))
        assert key is not None
        with transaction():
            assert confirm_factor(loaded(MEMBER), pyotp.TOTP(key).at(clock.now()), [])
    browser, answer = sign_in(app)
    assert answer.headers["Location"] == "/connexion/code"
    assert browser.get("/").status_code == 302


def test_asked_page_and_kept_text_come_after(app: Flask, cast: Cast, configured: Any) -> None:
    browser = Browser(app)
    page = browser.get(f"/connexion?next=/espaces/{OPEN}")
    assert f'href="/connexion/service?next=/espaces/{OPEN}"' in page.text
    kept = json.dumps({"path": "/x", "fields": {"body": "Un texte"}})
    onward = browser.post("/connexion/service", {"kept": kept, "next": f"/espaces/{OPEN}"})
    assert onward.status_code == 200
    target = onward.headers["Refresh"].partition("url=")[2]
    answer = browser.get(beyond(leave(browser, target), MEMBER))
    assert answer.headers["Location"] == f"/espaces/{OPEN}"
    with app.app_context():
        assert draft_for(loaded(MEMBER), "/x") == {"body": "Un texte"}


def test_request_asks_for_a_code_with_proof_state_and_nonce(app: Flask, cast: Cast, configured: Any) -> None:
    first, second = (parse_qs(urlsplit(leave(Browser(app))).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == [BACK]
    assert first["scope"] == ["openid email profile"]
    for secret in ("state", "nonce", "code_challenge"):
        assert len(first[secret][0]) >= 43
        assert first[secret] != second[secret]


def test_forged_state_is_refused(app: Flask, cast: Cast, configured: Any) -> None:
    browser, thief = Browser(app), Browser(app)
    back = beyond(leave(thief), OUTSIDER)
    leave(browser)
    answers = [browser.get(back), Browser(app).get(back), browser.get("/connexion/service/retour?code=x&state=é")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert browser.get("/").status_code == 302


def test_answer_serves_once(app: Flask, cast: Cast, configured: Any) -> None:
    browser = Browser(app)
    back = beyond(leave(browser), MEMBER)
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403


def change_going(app: Flask, **values: str) -> None:
    """Change what the sessions noted when leaving for the provider."""
    with app.app_context(), transaction() as session:
        for row in session.scalars(select(UserSession).where(UserSession.data.contains('"verifier"'))):
            data = json.loads(row.data)
            data["sso"].update(values)
            row.data = json.dumps(data)


@pytest.mark.parametrize("forged", ["nonce", "verifier"])
def test_forged_nonce_and_code_of_another_request_are_refused(
    app: Flask, cast: Cast, configured: Any, forged: str
) -> None:
    browser = Browser(app)
    back = beyond(leave(browser), MEMBER)
    change_going(app, **{forged: "a" * 43})
    answer = browser.get(back)
    assert answer.status_code == 403
    assert "ne peut pas être vérifiée" in answer.text
    assert links(app) == []


def test_token_for_another_site_of_the_same_provider_is_refused(app: Flask, cast: Cast, configured: Any) -> None:
    from app.accounts.sso.provider import provider

    configured(oidc_client_id="another")
    browser = Browser(app)
    query = parse_qs(urlsplit(beyond(leave(browser), MEMBER)).query)
    with app.app_context():
        row = db.session.scalars(select(UserSession).where(UserSession.data.contains('"verifier"'))).one()
        going = json.loads(row.data)["sso"]
        said = provider().claims({"code": query["code"][0]}, going["nonce"], going["verifier"])
        assert provider().checked(said.id_token, going["nonce"])["aud"] == "another"
    configured()
    with app.app_context():
        for token in (said.id_token, said.id_token[:-8] + "AAAAAAAA", "x", None, unsigned(said.id_token)):
            with pytest.raises(UntrustedAnswerError):
                provider().checked(token, going["nonce"])


def unsigned(token: str) -> str:
    """Return a token that says the same and claims to need no signature."""
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


def test_answer_in_the_name_of_another_provider_is_refused(app: Flask, cast: Cast, configured: Any) -> None:
    browser = Browser(app)
    back = beyond(leave(browser), MEMBER)
    assert "iss=" in back
    forged = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.test", back)
    assert browser.get(forged).status_code == 403


def test_person_who_gives_up_reads_a_sentence(app: Flask, cast: Cast, configured: Any) -> None:
    browser = Browser(app)
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
    answer = browser.get(f"/connexion/service/retour?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "n’a pas abouti" in answer.text


def test_request_is_over_after_a_quarter_of_an_hour(app: Flask, cast: Cast, configured: Any) -> None:
    browser, start = Browser(app), clock.now()
    back = beyond(leave(browser), MEMBER)
    clock.set_clock(lambda: start + timedelta(minutes=16))
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("issuer_down", ["http://127.0.0.1:9", "http://localhost:{port}"])
def test_provider_that_is_down_or_not_itself_is_said(
    app: Flask, cast: Cast, configured: Callable[..., None], issuer: str, issuer_down: str
) -> None:
    configured(oidc_issuer=issuer_down.format(port=urlsplit(issuer).port))
    browser = Browser(app)
    answer = browser.get("/connexion/service")
    assert answer.status_code == 503
    assert "Ce service ne répond pas en ce moment." in answer.text
    browser.get("/connexion")
    assert browser.post("/connexion", {"email": MEMBER, "password": PASSWORD}).status_code == 302


def test_identity_is_listed_and_detached(app: Flask, cast: Cast, configured: Any, issuer: str) -> None:
    sign_in(app)
    browser = Browser(app, MEMBER)
    assert "Ces services ouvrent votre compte sans mot de passe" in browser.get("/moi/securite").text
    assert browser.post("/moi/securite/identites/detacher", {"issuer": "https://other"}).status_code == 404
    assert Browser(app, OUTSIDER).post("/moi/securite/identites/detacher", {"issuer": issuer}).status_code == 404
    assert browser.post("/moi/securite/identites/detacher", {"issuer": issuer}).status_code == 302
    assert links(app) == []


def test_proconnect_signs_its_information_answers_for_addresses_and_ends_there_too(
    app: Flask, cast: Cast, configured: Callable[..., None]
) -> None:
    configured(oidc_client_id="signed", oidc_profile="proconnect")
    browser = Browser(app)
    url = leave(browser)
    asked = parse_qs(urlsplit(url).query)
    assert asked["acr_values"] == ["eidas1"]
    assert asked["scope"] == ["openid given_name usual_name email siret idp_id"]
    answer = browser.get(beyond(url, f"silent.{MEMBER}"))
    assert answer.headers["Location"] == "/"
    browser.get("/")
    out = browser.post("/deconnexion")
    assert out.headers["Location"] == "/connexion/service/sortie"
    ended = browser.get("/connexion/service/sortie")
    there = ended.headers["Refresh"].partition("url=")[2]
    reached = requests.get(there, timeout=10)
    assert reached.status_code == 200
    assert "session/end/confirm" in reached.text
    assert browser.get("/connexion/service/sortie").headers["Location"] == "/connexion"
    refused = beyond(leave(browser), f"unverified.{MEMBER}")
    assert browser.get(refused).status_code == 403


def test_generic_provider_keeps_its_own_session(app: Flask, cast: Cast, configured: Any) -> None:
    browser, _answer = sign_in(app)
    browser.get("/")
    assert browser.post("/deconnexion").headers["Location"] == "/connexion"


def test_provider_that_is_down_is_not_waited_for_by_each_visitor(
    app: Flask, cast: Cast, configured: Callable[..., None], issuer: str
) -> None:
    configured(oidc_issuer="http://127.0.0.1:9")
    assert Browser(app).get("/connexion/service").status_code == 503
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], oidc_issuer=issuer)
    assert Browser(app).get("/connexion/service").status_code == 503
    configured()
    assert Browser(app).get("/connexion/service").status_code == 302


def test_nobody_is_sent_to_a_provider_that_has_fallen_silent(
    app: Flask, cast: Cast, configured: Callable[..., None]
) -> None:
    assert Browser(app).get("/connexion/service").status_code == 302
    known = app.extensions["oidc_provider"]
    known.issuer = "http://127.0.0.1:9"
    assert Browser(app).get("/connexion/service").status_code == 302  # heard of a moment ago
    known.heard_at -= 60
    shown = Browser(app).get("/connexion/service")
    assert (shown.status_code, "Ce service ne répond pas en ce moment." in shown.text) == (503, True)
    configured()
    assert Browser(app).get("/connexion/service").status_code == 302


def test_authlib_is_loaded_only_where_it_is_configured() -> None:
    words = "import sys, app; print(sorted(name for name in sys.modules if name in ('authlib', 'joserfc')))"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


UNSAFE = [
    {"BEFFROI_OIDC_ISSUER": "https://login.example"},
    {"BEFFROI_OIDC_ISSUER": "http://login.example", "BEFFROI_OIDC_CLIENT_ID": "a", "BEFFROI_OIDC_CLIENT_SECRET": "b"},
    {"BEFFROI_OIDC_PROFILE": "magic"},
]


@pytest.mark.parametrize("environ", UNSAFE)
def test_settings_that_cannot_be_used_stop_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(UnsafeSettingError, match="BEFFROI_OIDC_"):
        Settings.from_environ(environ)


def invited(app: Flask, email: str) -> tuple[Browser, str]:
    """Open the invitation of an address into the private space, and leave for the provider; return where to go."""
    with app.app_context():
        stay = {"kind": UserKind.GUEST, "guest_until": clock.now() + timedelta(days=30), "purpose": "Une visite"}
        post.invited(FACILITATOR, email, PRIVATE, **stay)
        path = f"/invitation/{post.secret_for(app, email)}"
    browser = Browser(app)
    assert "Connexion unique" in browser.get(path).text
    onward = browser.post(path, {"sso": "1"})
    assert "Votre invitation est gardée." in onward.text
    return browser, leave(browser, onward.headers["Refresh"].partition("url=")[2])


def test_invited_person_comes_in_by_the_provider_without_a_password(app: Flask, cast: Cast, configured: Any) -> None:
    browser, there = invited(app, post.NEW)
    assert browser.get(beyond(there, post.NEW)).headers["Location"] == "/invitation"
    page = browser.get("/invitation")
    assert 'value="Malik Benali"' in page.text
    assert 'name="password"' not in page.text
    accepted = browser.post("/invitation", {"name": "Léa Martin", "language": "fr"}, follow_redirects=True)
    assert accepted.request.path == f"/espaces/{PRIVATE}"
    assert "Bienvenue, Léa" in accepted.text
    assert links(app) == [post.NEW]
    with app.app_context():
        assert loaded(post.NEW).password_hash is None
    again, answer = sign_in(app, post.NEW)
    assert answer.headers["Location"] == "/"
    assert again.get(f"/espaces/{PRIVATE}").status_code == 200


def test_invited_account_signs_in_by_the_provider_then_accepts(app: Flask, cast: Cast, configured: Any) -> None:
    browser, there = invited(app, OUTSIDER)
    assert browser.get(beyond(there, OUTSIDER)).headers["Location"] == "/invitation"
    browser.get("/invitation")
    assert browser.post("/invitation").headers["Location"] == f"/espaces/{PRIVATE}"


def test_another_address_at_the_provider_accepts_nothing(app: Flask, cast: Cast, configured: Any) -> None:
    browser, there = invited(app, post.NEW)
    browser.get(beyond(there, "lea@ailleurs.example"))
    page = browser.get("/invitation")
    assert "vous identifie avec l’adresse lea@ailleurs.example" in page.text
    assert browser.post("/invitation", {"name": "Léa", "language": "fr"}).status_code == 422
    assert links(app) == []
