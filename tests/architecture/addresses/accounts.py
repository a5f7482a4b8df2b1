"""Who gets what at the addresses of accounts."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line, post

TABLE: list[Line] = [
    Line("accounts.sign_in_page", "/connexion", ALL),
    Line("rights.data_page", "/moi/donnees", SIGNED_IN),
    Line("rights.erase_page", "/moi/donnees/effacer", SIGNED_IN),
    Line("rights.fetch_view", "/moi/donnees/aaaaaaaaaa.zip", "dnnnnnnnnn"),
    post("rights.ask_view", "/moi/donnees/copie", SIGNED_IN),
    Line("charter.accept_page", "/charte/accepter", SIGNED_IN),
    Line("accounts.reset_page", "/mot-de-passe", ALL),
    Line("accounts.choose_password_page", "/mot-de-passe/unknown", "nnnnnnnnnn"),
    post("accounts.choose_language_view", "/langue", ALL, lang="fr"),
    Line("confirmation.confirmation_page", "/confirmation", SIGNED_IN),
    Line("confirmation.confirmation_link_page", "/confirmation/unknown", "dnnnnnnnnn"),
    Line("links.ask_link_page", "/connexion/lien", ALL),
    Line("links.link_page", "/connexion/lien/unknown", "nnnnnnnnnn"),
    Line("sessions.sessions_page", "/moi/sessions", SIGNED_IN),
    post("sessions.end_one", "/moi/sessions/arreter", SIGNED_IN, session="unknown"),
    Line("sso.start", "/connexion/service", "nnnnnnnnnn"),
    post("sso.start_with_text", "/connexion/service", "nnnnnnnnnn"),
    Line("sso.come_back", "/connexion/service/retour", "nnnnnnnnnn"),
    Line("sso.leave", "/connexion/service/sortie", "nnnnnnnnnn"),
    post("sso.detach", "/moi/securite/identites/detacher", "dnnnnnnnnn"),
    Line("second_step.code_page", "/connexion/code", "dddddddddd"),
    Line("email_change.confirm_page", "/adresse/unknown", "nnnnnnnnnn"),
    Line("security.security_page", "/moi/securite", SIGNED_IN),
    Line("security.password_page", "/moi/securite/mot-de-passe", SIGNED_IN),
    Line("security.email_page", "/moi/securite/adresse", SIGNED_IN),
    post("security.cancel_email_change", "/moi/securite/adresse/annuler", SIGNED_IN),
    Line("factor.factor_page", "/moi/securite/deux-etapes", SIGNED_IN),
    Line("profile.my_page", "/moi", SIGNED_IN),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "accounts.sign_out": "tests/accounts",
    "sessions.end_others": "tests/accounts/test_sessions_pages.py",
    "factor.new_key": "tests/accounts/test_factors.py",
    "factor.first_code": "tests/accounts/test_factors.py",
    "factor.new_recovery_codes": "tests/accounts/test_factors.py",
    "factor.stop_factor": "tests/accounts/test_factors.py",
}
