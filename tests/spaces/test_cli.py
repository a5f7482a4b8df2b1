"""``flask spaces …``: what an administrator does from a terminal."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import local
from app.discussions.operations import start_thread
from app.library.operations import ResourceDetails, share_resource
from app.spaces.invitations.details import USUAL_STAY
from app.spaces.models import JoinPolicy, Role
from app.spaces.operations import membership_in
from app.spaces.queries import space_by_slug
from tests.people import FACILITATOR, FORMER, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import Browser, loaded, work


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["spaces", *arguments])
    return result.exit_code, result.output


def test_create_makes_a_space_with_the_way_in_that_suits_it(app: Flask, cast: Cast) -> None:
    code, output = run(app, "create", "Médiation de nuit", "--visibility", "private", "--facilitator", FACILITATOR)
    assert (code, output) == (0, "mediation-de-nuit created\n")
    with app.app_context():
        space = space_by_slug("mediation-de-nuit")
        assert space is not None
        assert space.join_policy == JoinPolicy.INVITATION
        found = membership_in(space, loaded(FACILITATOR))
        assert found is not None
        assert found.role == Role.FACILITATOR


def test_create_refuses_an_unknown_facilitator_and_an_open_door_to_a_private_space(app: Flask, cast: Cast) -> None:
    assert run(app, "create", "X", "--facilitator", "nobody@example.org")[0] != 0
    assert run(app, "create", "X", "--visibility", "private", "--join-policy", "free")[0] != 0
    with app.app_context():
        assert space_by_slug("x") is None


def test_list_names_every_space_with_its_people(app: Flask, cast: Cast) -> None:
    code, output = run(app, "list")
    assert code == 0
    lines = {line.split()[0]: line.split() for line in output.splitlines()}
    assert set(lines) == {OPEN, REQUEST, PRIVATE}
    assert lines[OPEN][1:4] == ["open", "free", "3"]


def test_add_until_a_day_gives_access_through_that_day(app: Flask, cast: Cast) -> None:
    code, output = run(app, "add", PRIVATE, GUEST, "--until", "2999-06-30", "--sponsor", FACILITATOR)
    assert (code, output) == (0, f"{GUEST} takes part in {PRIVATE} as member until 2999-06-30\n")
    with app.app_context():
        space = space_by_slug(PRIVATE)
        assert space is not None
        found = membership_in(space, loaded(GUEST))
        assert found is not None
        assert found.expires_at is not None
        assert found.expires_at.isoformat() == "2999-06-30T21:59:00+00:00"  # the last minute in Paris


def test_add_refuses_a_day_in_the_past_and_a_guest_as_facilitator(app: Flask, cast: Cast) -> None:
    assert run(app, "add", PRIVATE, GUEST, "--until", "2001-01-01")[0] != 0
    assert run(app, "add", PRIVATE, GUEST, "--role", "facilitator")[0] != 0
    assert run(app, "add", "no-such-space", GUEST)[0] != 0
    assert run(app, "add", PRIVATE, "nobody@example.org")[0] != 0


def test_guest_added_without_a_day_has_an_end(app: Flask, cast: Cast) -> None:
    """A guest always has one: that of an invitation by default, the one they had when only the role is said again."""
    code, output = run(app, "add", PRIVATE, GUEST)
    usual = local_day(app, now() + USUAL_STAY)
    assert (code, output) == (0, f"{GUEST} takes part in {PRIVATE} as member until {usual}\n")
    run(app, "add", PRIVATE, GUEST, "--until", "2999-06-30")
    assert run(app, "add", PRIVATE, GUEST)[1].endswith("until 2999-06-30\n")
    assert run(app, "add", PRIVATE, OUTSIDER)[1] == f"{OUTSIDER} takes part in {PRIVATE} as member\n"


def local_day(app: Flask, moment: datetime) -> str:
    with app.app_context():
        return f"{local(moment):%Y-%m-%d}"


def test_add_tells_the_person_once(app: Flask, cast: Cast) -> None:
    for role in ("member", "member", "facilitator"):
        assert run(app, "add", REQUEST, OUTSIDER, "--role", role)[0] == 0
    work(app)
    told = [mail["Subject"] for mail in app.extensions["mail_transport"].messages() if mail["To"] == OUTSIDER]
    assert told == ["Vous participez maintenant à « Vie nocturne »"]


def test_add_obeys_the_rules_of_the_pages(app: Flask, cast: Cast) -> None:
    assert run(app, "add", REQUEST, FORMER)[1].startswith(f"Error: the account of {FORMER} is closed")
    assert run(app, "add", REQUEST, GUEST, "--sponsor", OUTSIDER)[0] == 1
    run(app, "archive", REQUEST)
    assert run(app, "add", REQUEST, OUTSIDER)[1].startswith(f"Error: {REQUEST} is archived")
    with app.app_context():
        space = space_by_slug(REQUEST)
        assert space is not None
        assert all(membership_in(space, loaded(one)) is None for one in (FORMER, GUEST, OUTSIDER))


def test_edit_of_nothing_is_not_said_to_be_done(app: Flask, cast: Cast) -> None:
    code, output = run(app, "edit", OPEN)
    assert (code, "changed" in output) == (2, False)


def test_remove_counts_at_the_next_request(app: Flask, cast: Cast) -> None:
    member = Browser(app, MEMBER)
    assert member.get(f"/espaces/{PRIVATE}").status_code == 200
    assert run(app, "remove", PRIVATE, MEMBER)[0] == 0
    assert member.get(f"/espaces/{PRIVATE}").status_code == 404
    assert run(app, "remove", PRIVATE, FACILITATOR)[0] != 0


def test_request_is_listed_then_admitted(app: Flask, cast: Cast) -> None:
    outsider = Browser(app, OUTSIDER)
    outsider.post(f"/espaces/{REQUEST}/demander")
    code, output = run(app, "requests", REQUEST)
    assert code == 0
    assert f"{OUTSIDER} " in output
    assert "Odile Kervella (Lanvallec)" in output
    assert run(app, "admit", REQUEST, OUTSIDER) == (0, f"{OUTSIDER} admitted to {REQUEST}\n")
    assert run(app, "admit", REQUEST, OUTSIDER)[0] != 0
    assert outsider.get(f"/espaces/{REQUEST}").status_code == 200


def test_edit_changes_what_is_given_and_leaves_the_rest(app: Flask, cast: Cast) -> None:
    assert run(app, "edit", OPEN, "--summary", "Une phrase", "--hide", "library", "--visibility", "private")[0] == 0
    with app.app_context():
        space = space_by_slug(OPEN)
        assert space is not None
        assert (space.name, space.summary, space.join_policy) == ("Atelier ouvert", "Une phrase", "invitation")
        assert space.hidden_sections == ["library"]
    assert Browser(app, OUTSIDER).get(f"/espaces/{OPEN}").status_code == 404
    assert run(app, "edit", OPEN, "--join-policy", "free")[0] != 0


def test_archive_reopen_delete_and_restore(app: Flask, cast: Cast) -> None:
    assert run(app, "archive", OPEN) == (0, f"{OPEN} archived\n")
    assert "(archived)" in run(app, "list")[1]
    assert run(app, "reopen", OPEN) == (0, f"{OPEN} reopened\n")
    assert run(app, "delete", OPEN)[0] != 0  # nobody confirmed
    assert run(app, "delete", OPEN, "--yes")[0] == 0
    assert Browser(app, FACILITATOR).get(f"/espaces/{OPEN}").status_code == 404
    assert OPEN in run(app, "list", "--deleted")[1]
    assert run(app, "archive", OPEN)[0] != 0
    assert run(app, "restore", OPEN) == (0, f"{OPEN} restored\n")
    assert run(app, "restore", OPEN)[0] != 0
    assert Browser(app, FACILITATOR).get(f"/espaces/{OPEN}").status_code == 200


def test_role_is_handed_over_but_never_by_the_last(app: Flask, cast: Cast) -> None:
    assert run(app, "role", OPEN, FACILITATOR, "member")[0] != 0
    assert run(app, "role", OPEN, GUEST, "facilitator")[0] != 0
    assert run(app, "role", OPEN, OUTSIDER, "facilitator") == (1, f"Error: {OUTSIDER} takes no part in {OPEN}\n")
    assert run(app, "role", OPEN, MEMBER, "facilitator")[0] == 0
    assert run(app, "role", OPEN, FACILITATOR, "member")[0] == 0


def test_refusal_needs_a_reason(app: Flask, cast: Cast) -> None:
    Browser(app, OUTSIDER).post(f"/espaces/{REQUEST}/demander", {"message": "Nos\nbars"})
    assert "Nos bars" in run(app, "requests", REQUEST)[1]
    assert run(app, "refuse", REQUEST, OUTSIDER, "--reason", " ")[0] != 0
    assert run(app, "refuse", REQUEST, OUTSIDER, "--reason", "Complet")[0] == 0


def test_resources_and_discussions_move(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        space, by = space_by_slug(OPEN), loaded(FACILITATOR)
        assert space is not None
        resource = share_resource(by, space, ResourceDetails.of(kind="report", title="Titre")).public_id
        thread = start_thread(by, space, "Question", "Un message.").public_id
    refused = run(app, "move-resource", resource, PRIVATE, "--as", MEMBER)
    assert refused == (1, "Error: this person may not do it\n")
    unknown = run(app, "move-resource", "aaaaaaaaaa", PRIVATE, "--as", MEMBER)
    assert unknown == (1, "Error: not found, or not to be known by this person\n")
    assert run(app, "move-resource", resource, PRIVATE, "--as", FACILITATOR) == (0, f"{resource} is in {PRIVATE}\n")
    assert run(app, "move-discussion", thread, PRIVATE, "--as", FACILITATOR) == (0, f"{thread} is in {PRIVATE}\n")
    assert Browser(app, OUTSIDER).get(f"/ressources/{resource}").status_code == 404
    assert Browser(app, OUTSIDER).get(f"/discussions/{thread}").status_code == 404
