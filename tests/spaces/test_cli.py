"""``flask spaces …``: what an administrator does from a terminal."""

from __future__ import annotations

from flask import Flask

from app.spaces.models import JoinPolicy, Role
from app.spaces.operations import membership_in
from app.spaces.queries import space_by_slug
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import Browser, loaded


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
        assert found.expires_at.isoformat() == "2999-06-30T22:00:00+00:00"  # midnight in Paris


def test_add_refuses_a_day_in_the_past_and_a_guest_as_facilitator(app: Flask, cast: Cast) -> None:
    assert run(app, "add", PRIVATE, GUEST, "--until", "2001-01-01")[0] != 0
    assert run(app, "add", PRIVATE, GUEST, "--role", "facilitator")[0] != 0
    assert run(app, "add", "no-such-space", GUEST)[0] != 0
    assert run(app, "add", PRIVATE, "nobody@example.org")[0] != 0


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
