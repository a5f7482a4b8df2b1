"""Bringing many people in: what each row becomes, once, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from app.accounts.models import Organisation, UserKind
from app.accounts.organisations.details import Details
from app.accounts.organisations.operations import record_organisation
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.days import today
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import format_date
from app.core.sheets import read_text
from app.extensions import db
from app.spaces.importing import operations
from app.spaces.importing.columns import guess
from app.spaces.importing.jobs import STEPS
from app.spaces.importing.operations import CHUNK, choose, forget_old, give_up, keep_sheet, start, step, work_on
from app.spaces.importing.options import Options
from app.spaces.importing.persons import named_in
from app.spaces.importing.queries import trial
from app.spaces.importing.sentences import heading, sentence
from app.spaces.invitations.details import end_of
from app.spaces.models import ImportState, Invitation, PeopleImport, PeopleImportRow, Role, Space
from tests.accounts.organisations.test_places import only_french
from tests.people import ADMIN, CLOSED_GUEST, FORMER, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.spaces.invitations.post import mails, text_of
from tests.support import CountedStatements, loaded, work

HEADS = "Prénom;Nom;Courriel;Fonction;Collectivité;Espaces;Rôle;Invité jusqu'au;Langue\n"


def space_id(slug: str) -> str:
    return db.session.scalars(select(Space.public_id).where(Space.slug == slug)).one()


def prepared(rows: str, heads: str = HEADS, **options: Any) -> PeopleImport:
    with transaction():
        kept = keep_sheet(loaded(ADMIN), "liste.csv", read_text(heads + rows))
    with transaction():
        choose(kept, kept.mapping, Options(**options))
    return kept


def tried(rows: str, heads: str = HEADS, **options: Any) -> list[tuple[str, str]]:
    kept = prepared(rows, heads, **options)
    return [(one.verdict.outcome.value, one.verdict.detail) for one in trial(kept, loaded(ADMIN))]


def done(rows: str, heads: str = HEADS, **options: Any) -> list[tuple[str, str]]:
    kept = prepared(rows, heads, **options)
    with transaction():
        start(loaded(ADMIN), kept)
    work_on(kept.id, 99)
    return [(row.outcome, row.detail) for row in rows_of(kept)]


def rows_of(kept: PeopleImport) -> Sequence[PeopleImportRow]:
    query = select(PeopleImportRow).where(PeopleImportRow.import_id == kept.id).order_by(PeopleImportRow.n)
    return db.session.scalars(query).all()


def invitations() -> list[Invitation]:
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


@pytest.mark.parametrize(
    ("columns", "meanings"),
    [
        ("Nom;Prénom;E-mail", {"0": "last_name", "1": "first_name", "2": "email"}),
        ("NOM;Mél", {"0": "name", "1": "email"}),
        (
            "First name;Last name;Email address;City",
            {"0": "first_name", "1": "last_name", "2": "email", "3": "organisation"},
        ),
        ("Adresse de courriel;Code INSEE;Invité jusqu'au", {"0": "email", "1": "insee", "2": "until"}),
        ("Courriel;Courriel", {"0": "email"}),
    ],
)
def test_columns_are_guessed_from_their_headings(columns: str, meanings: dict[str, str]) -> None:
    assert guess(columns.split(";"), []) == meanings


def test_column_of_addresses_is_found_without_headings() -> None:
    assert guess(["", ""], [["Léa", "lea@ville.example"]]) == {"1": "email"}


@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [
        ("Léa Roy <Lea@Ville.example>", "lea@ville.example", "Léa Roy"),
        ("mailto:lea@ville.example", "lea@ville.example", ""),
        (" lea@ville.example; ", "lea@ville.example", ""),
        ("<>", "", ""),
    ],
)
def test_addresses_are_read_as_they_are_copied(cell: str, email: str, name: str) -> None:
    named = named_in({"email": cell})
    assert (named.email, named.name) == (email, name)


def test_trial_says_what_would_happen_and_writes_nothing(app: Flask, cast: Cast) -> None:
    rows = (
        "Anne;Roy;anne@ville.example;Maire;CASTELMAURE;;;;\n"
        f"Malik;;{MEMBER};;;;;;\n"
        f"Georgia;;{CLOSED_GUEST};;;;;;\n"
        f"Félix;;{FORMER};;;;;;\n"
        "Anne;Roy;ANNE@ville.example;;;;;;\n"
        "Sans;;;;;;;;\n"
        "Mal;Écrit;mal@;;;;;;\n"
        "Zoé;;zoe@ville.example;;Castelmore;;;;\n"
        "Yan;;yan@ville.example;;Nulle-Part;;;;\n"
        "Ugo;;ugo@ville.example;;;Cercle fermé;;;\n"
        "Ida;;ida@ville.example;;;Espace rêvé;;;\n"
        "Max;;max@ville.example;;;;roi;;\n"
        "Eva;;eva@ville.example;;;;;demain;\n"
        "Guy;;guy@ville.example;;;Atelier ouvert;invité;01/01/2001;\n"
        "Luc;;luc@ville.example;;;;invité;;\n"
    )
    with app.app_context():
        assert tried(rows) == [
            ("invited", ""),
            ("already_member", ""),
            ("becomes_member", ""),
            ("closed", ""),
            ("duplicate", "2"),
            ("no_address", ""),
            ("bad_address", "mal@"),
            ("unknown_city", "Castelmaure"),
            ("unknown_city", ""),
            ("unknown_space", "Cercle fermé"),
            ("unknown_space", "Espace rêvé"),
            ("bad_cell", "roi"),
            ("bad_cell", "demain"),
            ("bad_end", "01/01/2001"),
            ("no_space", ""),
        ]
        assert invitations() == []


def test_rows_become_invitations_that_say_what_the_row_says(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_french(tmp_path / "french", monkeypatch)
    with app.app_context():
        end = (today() + timedelta(days=30)).strftime("%d/%m/%Y")
    rows = (
        "Anne;Roy;anne@ville.example;Maire;port elvain;Atelier ouvert;animatrice;;anglais\n"
        f"Guy;Dur;guy@ville.example;;Neuville;Atelier ouvert;invité;{end};\n"
        "Eve;Dur;eve@ville.example;;NEUVILLE;;;;\n"
    )
    with app.app_context():
        outcomes = done(rows, create_organisations=True, words="Bienvenue.", purpose="Un essai")
        assert outcomes == [("invited", ""), ("invited_new_city", "Neuville"), ("invited", "")]
        anne, guy, eve = invitations()
        assert (anne.name, anne.function, anne.language, anne.words) == ("Anne Roy", "Maire", "en", "Bienvenue.")
        assert anne.organisation is not None
        assert anne.organisation.name == "Port-Elvain"
        assert [(one.space.slug, one.role) for one in anne.places] == [(OPEN, Role.FACILITATOR)]
        assert (guy.kind, guy.purpose) == (UserKind.GUEST, "Un essai")
        assert guy.guest_until is not None
        assert timedelta(days=30) < guy.guest_until - now() < timedelta(days=32)
        assert guy.organisation_id == eve.organisation_id
        assert len(db.session.scalars(select(Organisation).where(Organisation.name == "Neuville")).all()) == 1
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "organisation.created")).one()
        assert (line.person_id, line.detail["name"]) == (loaded(ADMIN).id, "Neuville")


def test_guest_is_told_the_very_day_of_the_list(app: Flask, cast: Cast) -> None:
    with app.app_context():
        asked, usual = today() + timedelta(days=30), today() + timedelta(days=60)
        rows = (
            f"Guy;Dur;guy@ville.example;;;Atelier ouvert;invité;{asked:%d/%m/%Y};français\n"
            "Eve;Dur;eve@ville.example;;;Atelier ouvert;invité;;français\n"
        )
        assert done(rows, until=usual.isoformat()) == [("invited", ""), ("invited", "")]
        assert [one.guest_until for one in invitations()] == [end_of(asked), end_of(usual)]
        told = {str(one["To"]): text_of(one) for one in mails(app)}
        with force_locale("fr"):
            assert f"jusqu'au {format_date(asked, weekday=False)}." in told["guy@ville.example"].replace("’", "'")
            assert f"jusqu'au {format_date(usual, weekday=False)}." in told["eve@ville.example"].replace("’", "'")


def test_new_city_is_completed_from_what_is_published(
    app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_french(tmp_path / "french", monkeypatch)
    with app.app_context():
        assert done("Léa;;lea@ville.example;;rennes;;;;\n", create_organisations=True) == [
            ("invited_new_city", "rennes")
        ]
        place = db.session.scalars(select(Organisation).where(Organisation.name == "rennes")).one()
        assert (place.population, place.region, place.insee_code) == (225081, "Bretagne", "35238")


def test_near_name_is_taken_when_that_is_wished(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert done("Zoé;;zoe@ville.example;;Castelmore;;;;\n", accept_near=True) == [("invited", "")]
        place = invitations()[0].organisation
        assert place is not None
        assert place.name == "Castelmaure"


def test_row_that_was_refused_takes_no_address(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        "Anne;;anne@ville.example;;;;roi;;\n"
        "Anne;;ANNE@ville.example;;;;;;\n"
        "Anne;;anne@ville.example;;;;roi;;\n"
        "Guy;;guy@ville.example;;Nulle-Part;;;;\n"
        "Guy;;guy@ville.example;;;;;;\n"
    )
    expected = [
        ("bad_cell", "roi"),
        ("invited", ""),
        ("duplicate", "3"),
        ("unknown_city", ""),
        ("invited", ""),
    ]
    with app.app_context():
        assert tried(rows) == expected
        for chunk in (2, 25):
            monkeypatch.setattr(operations, "CHUNK", chunk)
            assert done(rows) == expected
            with transaction():
                for one in invitations():
                    one.cancelled_at = now()


def test_row_refused_by_the_invitation_itself_takes_no_address(app: Flask, cast: Cast) -> None:
    row = f"Chef;;{ADMIN};;;Atelier ouvert;;;\n"
    with app.app_context():
        outcomes = [outcome for outcome, _detail in done(row + row)]
        assert outcomes == ["refused", "refused"]


def test_guest_is_said_to_be_invited_where_the_mail_invites(app: Flask, cast: Cast) -> None:
    rows = (
        f"Georgia;;{CLOSED_GUEST};;;;membre;;\n"
        f"Gustave;;{GUEST};;;Atelier ouvert;membre;;\n"
        f"Malik;;{OUTSIDER};;;Atelier ouvert;membre;;\n"
    )
    with app.app_context():
        outcomes = [outcome for outcome, _detail in tried(rows)]
        assert outcomes == ["becomes_member", "becomes_member", "added"]
        with force_locale("fr"):
            said = [sentence(outcome, "", done=before) for outcome in outcomes[1:] for before in (False, True)]
        assert ["devenir membre du réseau" in one for one in said] == [True, True, False, False]
        assert [outcome for outcome, _detail in done(rows)] == outcomes
        for one in invitations():
            assert one.kind == UserKind.MEMBER


def test_second_import_of_the_same_list_invites_nobody_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert done("Anne;Roy;anne@ville.example;;;;;;\n") == [("invited", "")]
        assert done("Anne;Roy;anne@ville.example;;;;;;\n") == [("already_invited", "")]
        assert len(invitations()) == 1


def test_private_space_opens_only_to_who_runs_it(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert tried("Anne;;anne@ville.example;;;;;;\n", space_ids=(space_id(PRIVATE),)) == [
            ("unknown_space", "Cercle fermé")
        ]


@pytest.mark.slow
def test_work_killed_half_way_goes_on_and_doubles_nobody(app: Flask, cast: Cast) -> None:
    count = 2 * CHUNK + 5
    rows = "".join(f"P{n};;p{n}@ville.example;;;;;;\n" for n in range(count))
    with app.app_context():
        kept = prepared(rows)
        with transaction():
            start(loaded(ADMIN), kept)
        assert step(kept.id, {})
        assert (kept.done, len(invitations())) == (CHUNK, CHUNK)
        work_on(kept.id, 99)
        work_on(kept.id, 99)
        assert (kept.state, kept.done) == (ImportState.DONE, count)
        assert len(invitations()) == count
        assert db.session.scalar(select(func.count(func.distinct(Invitation.email)))) == count


@pytest.mark.slow
def test_worker_does_the_rows_and_the_mails_leave(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    chunk = 3
    monkeypatch.setattr(operations, "CHUNK", chunk)
    rows = "".join(f"P{n};;p{n}@ville.example;;;;;;\n" for n in range((STEPS + 1) * chunk))
    with app.app_context():
        kept = prepared(rows)
        with transaction():
            start(loaded(ADMIN), kept)
        identity = kept.id
    work(app)
    with app.app_context():
        done_import = db.session.get(PeopleImport, identity)
        assert done_import is not None
        assert done_import.state == ImportState.DONE
        assert all(one.sent_at for one in invitations())
        assert len(invitations()) == (STEPS + 1) * chunk


def test_stopped_work_stays_stopped(app: Flask, cast: Cast) -> None:
    rows = "".join(f"P{n};;p{n}@ville.example;;;;;;\n" for n in range(CHUNK + 1))
    with app.app_context():
        kept = prepared(rows)
        with transaction():
            start(loaded(ADMIN), kept)
        step(kept.id, {})
        with transaction():
            give_up(loaded(ADMIN), kept)
        assert not step(kept.id, {})
        assert (kept.state, len(invitations())) == (ImportState.CANCELLED, CHUNK)


def test_who_no_longer_runs_the_site_brings_nobody_in(app: Flask, cast: Cast) -> None:
    with app.app_context():
        kept = prepared("Anne;;anne@ville.example;;;;;;\n")
        with transaction():
            start(loaded(ADMIN), kept)
        with transaction():
            loaded(ADMIN).is_admin = False
        work_on(kept.id, 99)
        assert (kept.state, invitations()) == (ImportState.CANCELLED, [])


def test_work_that_has_begun_is_not_changed(app: Flask, cast: Cast) -> None:
    with app.app_context():
        kept = prepared("Anne;;anne@ville.example;;;;;;\n")
        with transaction():
            start(loaded(ADMIN), kept)
        with pytest.raises(DomainError), transaction():
            start(loaded(ADMIN), kept)
        with pytest.raises(DomainError), transaction():
            choose(kept, {"2": "email"}, Options())


@pytest.mark.parametrize("mapping", [{}, {"0": "email", "1": "email"}, {"99": "email"}, {"x": "email"}, {"0": "no"}])
def test_odd_meanings_are_refused(app: Flask, cast: Cast, mapping: dict[str, str]) -> None:
    with app.app_context():
        kept = prepared("Anne;;anne@ville.example;;;;;;\n")
        with pytest.raises(DomainError), transaction():
            choose(kept, mapping, Options())


def test_old_lists_are_forgotten(app: Flask, cast: Cast) -> None:
    with app.app_context():
        kept = prepared("Anne;;anne@ville.example;;;;;;\n")
        with transaction():
            kept.updated_at = now() - timedelta(days=8)
        with transaction():
            forget_old()
        assert db.session.scalar(select(func.count()).select_from(PeopleImportRow)) == 0


def test_trial_asks_as_little_for_many_rows_as_for_few(app: Flask, cast: Cast) -> None:
    with app.app_context():
        few = prepared("Anne;;anne@ville.example;;;;;;\n")
        many = prepared("".join(f"P{n};;p{n}@ville.example;;;;;;\n" for n in range(200)))
        loaded(OUTSIDER)
        with CountedStatements(app) as one:
            trial(few, loaded(ADMIN))
        with CountedStatements(app) as all_of_them:
            trial(many, loaded(ADMIN))
        assert len(all_of_them) == len(one)


def test_near_name_is_asked_about_before_a_city_is_created(app: Flask, cast: Cast) -> None:
    with app.app_context():
        ((outcome, near),) = tried("Zoé;;zoe@ville.example;;Castelmore;;;;\n", create_organisations=True)
        assert (outcome, near) == ("invited_new_city", "Castelmaure")
        with force_locale("fr"):
            assert "n'est-ce pas Castelmaure" in sentence(outcome, near, done=False).replace("’", "'")
            assert "Castelmaure" not in sentence(outcome, near, done=True)


def test_rows_of_one_outcome_together_are_named_without_what_one_row_knows(context: Flask) -> None:
    assert heading("duplicate", done=False) == "adresse déjà donnée plus haut"
    assert heading("unknown_space", done=True) == "espace inconnu ou fermé à vos invitations"
    assert heading("invited", done=False) == "sera invitée"


def test_row_goes_to_no_organisation_that_its_code_contradicts(app: Flask, cast: Cast) -> None:
    heads = "Courriel;Collectivité;Code INSEE\n"
    with app.app_context():
        with transaction():
            for name, code in (("Saint-Denis", "93066"), ("SAINT-DENIS", "97411"), ("Rennes", "35238"), ("Foix", None)):
                record_organisation(Details(name, insee_code=code))
        rows = (
            "a@ville.example;Saint-Denis;93066\nb@ville.example;saint denis;97411\nc@ville.example;saint denis;\n"
            "d@ville.example;Saint-Denis;\ne@ville.example;RENNES;29999\nf@ville.example;Rennes;93066\n"
            "g@ville.example;foix;09122\nh@ville.example;;35238\ni@ville.example;Ville de Rennes;35238\n"
        )
        both, rennes = "Saint-Denis (93066), SAINT-DENIS (97411)", "Rennes (35238)"
        for options in ({}, {"create_organisations": True}, {"accept_near": True}):
            kept = prepared(rows, heads, **options)
            verdicts = [one.verdict for one in trial(kept, loaded(ADMIN))]
            assert [one.detail if one.outcome == "unsure_city" else one.organisation.name for one in verdicts] == [  # type: ignore[union-attr]
                *("Saint-Denis", "SAINT-DENIS", both, "Saint-Denis", rennes, f"{rennes}, Saint-Denis (93066)"),
                *("Foix", "Rennes", "Rennes"),
            ]
        assert rennes in sentence("unsure_city", rennes, done=False)
