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
    Line("profile.my_page", "/moi", SIGNED_IN),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "accounts.sign_out": "tests/accounts",
}
