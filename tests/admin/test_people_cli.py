"""``flask users …`` of the administration: one account, and many at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import AccessRequest, UserKind
from app.accounts.queries import user_by_email
from app.accounts.requests.operations import Asked, ask_for_access, confirm_request, new_secret
from app.core.clock import now, set_clock
from app.core.db import transaction
from app.core.i18n import local
from app.extensions import db
from app.spaces.departures import STAY
from app.spaces.models import Invitation, PeopleImport
from tests.people import ADMIN, CLOSED_GUEST, ENTERED, FACILITATOR, FORMER, GUEST, MEMBER, OPEN, PRIVATE, Cast
from tests.support import loaded, work

LIST = "Prénom;Nom;Courriel;Collectivité\nAnne;Roy;anne@ville.example;Castelmaure\nEve;Dur;eve@;\nMalik;;{}\n"


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", *arguments])
    return result.exit_code, result.output


def list_in(folder: Path) -> str:
    path = folder / "liste.csv"
    path.write_bytes(LIST.format(MEMBER).encode("cp1252"))
    return str(path)


def number_of_invitations(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Invitation)) or 0


def test_dry_run_says_each_row_and_writes_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    code, output = run(app, "import", list_in(tmp_path), "--dry-run", "--as", ADMIN)
    assert code == 0
    assert "row 3     eve@" in output
    assert "malformed address" in output
    assert output.endswith("1 would be invited, 1 already there, 1 left out, 3 rows\n")
    with app.app_context():
        assert db.session.scalars(select(PeopleImport)).all() == []
    assert number_of_invitations(app) == 0


def test_dry_run_says_which_new_city_may_be_one_already_known(app: Flask, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("mail;ville\nanne@ville.example;Castelmaur\neve@ville.example;Étretat\n", encoding="utf-8")
    _code, output = run(app, "import", str(path), "--dry-run", "--as", ADMIN, "--create-organisations")
    assert ("row 2 " in output, "Castelmaure" in output, "row 3 " in output) == (True, True, False)


def test_import_invites_once_and_says_so_as_json(app: Flask, cast: Cast, tmp_path: Path) -> None:
    arguments = ("import", list_in(tmp_path), "--as", ADMIN, "--space", OPEN, "--json")
    code, output = run(app, *arguments)
    assert code == 0
    said = json.loads(output)
    assert said["counts"] == {"invited": 1, "bad_address": 1, "already_member": 1}
    assert said["rows"][0] == {"row": 2, "email": "anne@ville.example", "outcome": "invited", "reason": "invited"}
    assert json.loads(run(app, *arguments)[1])["counts"] == {
        "already_invited": 1,
        "bad_address": 1,
        "already_member": 1,
    }
    assert number_of_invitations(app) == 1


def test_import_needs_an_administrator_a_file_and_a_space(app: Flask, cast: Cast, tmp_path: Path) -> None:
    path, empty = list_in(tmp_path), tmp_path / "vide.csv"
    empty.write_text("Nom;Prénom\nAnne;Roy\n")
    for arguments in (
        (path,),
        (path, "--as", MEMBER),
        (path, "--as", ADMIN, "--space", "inconnu"),
        (str(tmp_path / "nulle-part.csv"), "--as", ADMIN),
        (str(empty), "--as", ADMIN),
    ):
        assert run(app, "import", *arguments)[0] != 0
    assert number_of_invitations(app) == 0


def test_account_is_shown(app: Flask, cast: Cast) -> None:
    code, output = run(app, "show", GUEST)
    assert code == 0
    assert "kind           guest" in output
    assert f"space          {OPEN} as member until" in output


def test_kind_is_changed_both_ways(app: Flask, cast: Cast) -> None:
    assert run(app, "set-kind", CLOSED_GUEST, "member", "--as", ADMIN)[0] == 0
    assert run(app, "set-kind", MEMBER, "guest")[0] == 0
    assert run(app, "set-kind", FACILITATOR, "guest")[0] == 1
    with app.app_context():
        kinds = [loaded(one).kind for one in (CLOSED_GUEST, MEMBER, FACILITATOR)]
        assert kinds == [UserKind.MEMBER, UserKind.GUEST, UserKind.MEMBER]


def test_end_that_a_member_keeps_in_a_space_is_said_with_what_lifts_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        day = f"{local(now() + STAY):%Y-%m-%d}"
    assert run(app, "set-kind", MEMBER, "guest") == (
        0,
        f"{MEMBER} is a guest\n{OPEN} until {day}\n{PRIVATE} until {day}\n",
    )
    lift = f"flask spaces add {PRIVATE} {MEMBER}"
    assert run(app, "set-kind", MEMBER, "member", "--as", ADMIN) == (
        0,
        f"{MEMBER} is a member\n{PRIVATE} until {day}; without end by: {lift}\n",
    )
    assert app.test_cli_runner().invoke(args=lift.split()[1:]).output == f"{MEMBER} takes part in {PRIVATE} as member\n"
    assert run(app, "set-kind", MEMBER, "member")[1] == f"{MEMBER} is a member\n"


def test_administration_is_never_taken_from_the_last(app: Flask, cast: Cast) -> None:
    assert run(app, "make-admin", MEMBER)[0] == 0
    assert [run(app, "make-admin", one, "--undo")[0] for one in (MEMBER, ENTERED, ADMIN)] == [0, 0, 1]
    assert run(app, "make-admin", GUEST)[0] == 1


def test_accounts_are_closed_and_opened(app: Flask, cast: Cast) -> None:
    assert run(app, "close", FACILITATOR)[0] == 1
    assert run(app, "close", FACILITATOR, "--leave-spaces-alone")[0] == 0
    assert run(app, "open", FORMER)[0] == 0
    with app.app_context():
        assert (loaded(FACILITATOR).is_active, loaded(FORMER).is_active) == (False, True)


def test_invitation_by_command(app: Flask, cast: Cast) -> None:
    lea, by = "lea@ville.example", ("--as", ADMIN)
    assert run(app, "invite", lea, "--organisation", "port elvain", "--space", OPEN, *by)[0] == 0
    assert run(app, "invite", "not an address", *by)[0] == 1
    assert run(app, "invite", lea, "--organisation", "Nulle-Part", *by)[0] == 1
    with app.app_context():
        invitation = db.session.scalars(select(Invitation)).one()
        assert invitation.organisation is not None
        assert invitation.organisation.name == "Port-Elvain"


def test_only_administrator_needs_no_naming(app: Flask, cast: Cast, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        loaded(ENTERED).is_admin = False
    assert run(app, "import", list_in(tmp_path), "--dry-run")[0] == 0


def test_referent_is_named_and_taken_back_by_command(app: Flask, cast: Cast) -> None:
    assert run(app, "referent", MEMBER) == (0, f"{MEMBER} is a referent of Port-Elvain\n")
    with app.app_context():
        assert loaded(MEMBER).is_referent
    assert run(app, "referent", MEMBER, "--off") == (0, f"{MEMBER} is no longer a referent of Port-Elvain\n")
    with app.app_context():
        assert not loaded(MEMBER).is_referent
    assert run(app, "referent", GUEST)[0] == 1


def test_refusals_speak_the_language_of_the_commands(app: Flask, cast: Cast) -> None:
    """The site speaks French, its commands English: what they refuse as well."""
    assert run(app, "invite", "not an address", "--as", ADMIN) == (1, "Error: This e-mail address is not valid.\n")
    alone = "Error: Nobody else runs the space “Atelier ouvert”. Hand it over to another member first."
    assert run(app, "erase", FACILITATOR, "--yes")[1].startswith(alone)


def test_disabling_obeys_the_rules_of_the_page(app: Flask, cast: Cast) -> None:
    """Who runs a space alone, and the last administrator, are not closed by another name of the command either."""
    assert run(app, "disable", FACILITATOR)[0] == 1
    assert [run(app, "disable", one)[0] for one in (ENTERED, ADMIN)] == [0, 1]
    with app.app_context():
        assert (loaded(FACILITATOR).is_active, loaded(ADMIN).is_active) == (True, True)


def asked(app: Flask, email: str, organisation: str) -> None:
    """Put a confirmed request for access into the queue."""
    with app.app_context(), transaction():
        ask_for_access(Asked(email, "Yann Derrien", "Adjoint", organisation))
        request = db.session.scalars(select(AccessRequest).where(AccessRequest.email == email)).one()
        confirm_request(new_secret(request))


def test_requests_for_access_are_listed_accepted_and_refused(app: Flask, cast: Cast) -> None:
    for email in ("yann@ville.example", "zoe@ville.example"):
        asked(app, email, "Lanvallec")
    code, output = run(app, "requests")
    assert (code, "Yann Derrien, Adjoint, Lanvallec: Unknown domain" in output) == (0, True)
    assert run(app, "refuse", "zoe@ville.example", "  ", "--as", ADMIN)[0] == 1
    assert run(app, "refuse", "zoe@ville.example", "Pas encore.", "--as", ADMIN)[0] == 0
    assert run(app, "accept", "yann@ville.example", "--organisation", "Nulle part", "--as", ADMIN)[0] == 1
    assert run(app, "accept", "YANN@ville.example", "--organisation", "port elvain", "--as", ADMIN)[0] == 0
    assert run(app, "accept", "yann@ville.example", "--as", ADMIN)[0] == 1
    moment = now() + timedelta(seconds=30)
    set_clock(lambda: moment)
    work(app)
    with app.app_context():
        yann = loaded("yann@ville.example")
        assert yann.organisation is not None
        assert (yann.kind, yann.organisation.name) == (UserKind.MEMBER, "Port-Elvain")
        assert user_by_email("zoe@ville.example") is None


def test_invitations_that_wait_are_listed_sent_again_and_cancelled(app: Flask, cast: Cast) -> None:
    lea, by = "lea@ville.example", ("--as", ADMIN)
    assert run(app, "resend", lea, *by)[0] == 1
    run(app, "invite", lea, "--space", OPEN, *by)
    assert f"member, {OPEN}, by {ADMIN}, until" in run(app, "invitations")[1]
    before = secret_of(app, lea)
    assert run(app, "resend", lea, *by)[0] == 0
    assert secret_of(app, lea) != before
    assert run(app, "cancel", lea, *by)[0] == 0
    assert run(app, "invitations")[1] == ""


def test_resending_does_all_or_nothing(app: Flask, cast: Cast) -> None:
    """Of two invitations of one address, one opens nothing any more: the other is not sent again half way."""
    lea, by = "lea@ville.example", ("--as", ADMIN)
    for slug in (OPEN, PRIVATE):
        runner = app.test_cli_runner()
        assert runner.invoke(args=["spaces", "invite", lea, "--space", slug, "--as", FACILITATOR]).exit_code == 0
    work(app)
    app.test_cli_runner().invoke(args=["spaces", "delete", OPEN, "--yes"])
    assert run(app, "resend", lea, *by)[0] == 1
    with app.app_context():
        assert all(one.sent_at for one in db.session.scalars(select(Invitation)))


def test_who_is_in_already_or_closed_is_not_invited(app: Flask, cast: Cast) -> None:
    by = ("--as", ADMIN)
    assert run(app, "invite", MEMBER, *by) == (1, f"Error: {MEMBER} is a member of the network already\n")
    assert run(app, "invite", MEMBER, "--space", OPEN, *by)[1] == f"Error: {MEMBER} is a member of {OPEN} already\n"
    assert run(app, "invite", FORMER, *by)[1].startswith(f"Error: the account of {FORMER} is closed")
    assert number_of_invitations(app) == 0
    assert run(app, "invite", GUEST, *by)[0] == 0  # becomes a member


def secret_of(app: Flask, email: str) -> str:
    work(app)
    with app.app_context():
        return db.session.scalars(select(Invitation.secret_hash).where(Invitation.email == email)).one()


def test_what_is_said_of_a_person_is_corrected(app: Flask, cast: Cast) -> None:
    assert run(app, "edit", MEMBER, "--function", "Maire", "--organisation", "lanvallec")[0] == 0
    assert run(app, "edit", MEMBER, "--organisation", "Nulle part")[0] == 1
    assert run(app, "edit", MEMBER, "--name", " ")[0] == 1
    assert run(app, "edit", MEMBER)[0] == 2  # nothing was asked
    with app.app_context():
        malik = loaded(MEMBER)
        assert malik.organisation is not None
        assert (malik.name, malik.function, malik.organisation.name) == ("Malik Benali", "Maire", "Lanvallec")
    assert run(app, "edit", MEMBER, "--organisation", "")[0] == 0
    with app.app_context():
        assert loaded(MEMBER).organisation is None
