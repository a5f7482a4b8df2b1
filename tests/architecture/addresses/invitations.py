"""Who gets what at the addresses of invitations and guests."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, MODERATE, Line, post

NOT_EVEN_THEM = {slug: gets.replace("y", "n") for slug, gets in MODERATE.items()}
REFERENTS = "drrrrrrryr"
NONE = "dnnnnnnnnn"
GUEST = "/espaces/{slug}/invites/aaaaaaaaaa"

TABLE: list[Line] = [
    Line("invitations.invitation_page", "/invitation/unknown", "nnnnnnnnnn"),
    Line("invitations.carried_page", "/invitation", "nnnnnnnnnn"),
    Line("space_invitations.invitations_page", "/espaces/{slug}/invitations", MODERATE),
    post(
        "space_invitations.invitations_page",
        "/espaces/{slug}/invitations",
        MODERATE,
        addresses="lea@ville.example",
        kind="member",
        language="fr",
    ),
    post("space_invitations.extend_view", f"{GUEST}/prolonger", NOT_EVEN_THEM, period="30"),
    post("space_invitations.end_view", f"{GUEST}/fin", NOT_EVEN_THEM),
    post("space_invitations.settle_view", f"{GUEST}/sans-fin", NOT_EVEN_THEM),
    post("space_invitations.member_view", f"{GUEST}/membre", NOT_EVEN_THEM),
    Line("inviting.invite_page", "/administration/personnes/inviter", ADMINS),
    Line("inviting.guest_page", "/administration/personnes/aaaaaaaaaa/devenir-membre", "drrrrrrnrn"),
    post(
        "inviting.invite_page",
        "/administration/personnes/inviter",
        ADMINS_SEND,
        addresses="lea@ville.example",
        kind="member",
        language="fr",
    ),
    Line("inviting.colleagues_page", "/moi/collegues", REFERENTS),
    post("inviting.send_again_view", "/invitations/aaaaaaaaaa/renvoyer", NONE),
    post("inviting.withdraw_view", "/invitations/aaaaaaaaaa/annuler", NONE),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
