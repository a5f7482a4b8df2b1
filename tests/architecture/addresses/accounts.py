"""Who gets what at the addresses of accounts."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line, post

TABLE: list[Line] = [
    Line("accounts.sign_in_page", "/connexion", ALL),
    Line("charter.accept_page", "/charte/accepter", SIGNED_IN),
    Line("accounts.reset_page", "/mot-de-passe", ALL),
    Line("accounts.choose_password_page", "/mot-de-passe/unknown", "nnnnnnnnnn"),
    post("accounts.choose_language_view", "/langue", ALL, lang="fr"),
    Line("confirmation.confirmation_page", "/confirmation", SIGNED_IN),
    Line("confirmation.confirmation_link_page", "/confirmation/unknown", "dnnnnnnnnn"),
    Line("profile.my_page", "/moi", SIGNED_IN),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "accounts.sign_out": "tests/accounts",
}
