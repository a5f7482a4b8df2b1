"""Who gets what at the addresses of the directory. ``someone`` takes part in every space and is not listed."""

from __future__ import annotations

from tests.architecture.addresses.lines import MEMBERS, SIGNED_IN, Line, post

# Those who share a space with them, now; administrators; nobody else.
THEIR_COMPANY = "dyynnyyyny"
NETWORK_SENDS = "dnnnyyyyyy"

TABLE: list[Line] = [
    Line("directory.profile_page", "/moi/profil", SIGNED_IN),
    Line("directory.person_page", "/annuaire/personnes/{someone}", THEIR_COMPANY),
    Line("directory.organisations_page", "/annuaire", MEMBERS),
    Line("directory.people_page", "/annuaire/personnes?sujet=note", MEMBERS),
    Line("directory.organisation_page", "/annuaire/collectivites/{city}", MEMBERS),
    Line("directory.photo", "/personnes/{someone}/photo-96.webp", "dyynnyyyny"),
    post("directory.answer_directory", "/moi/annuaire", NETWORK_SENDS, figurer="non"),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "directory.send_photo": "tests/directory",
}
