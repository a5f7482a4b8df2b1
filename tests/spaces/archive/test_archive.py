"""A space leaves in one file and comes back the same on another site: content, rights and history."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app.accounts.elsewhere import NOWHERE, digest_of
from app.accounts.models import Organisation, User
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.revisions import Revision, keep_revision
from app.core.storage import storage
from app.discussions.models import Post
from app.extensions import db
from app.library.models import Resource
from app.library.moving import move_resource
from app.library.operations import ResourceDetails, edit_resource
from app.search.audience import CatalogueKeeper
from app.spaces.archive.columns import ArchiveError
from app.spaces.models import Membership, Space, SpaceEntry
from tests.library.shelves import share
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast, bring_in
from tests.photograph import empty_tables
from tests.spaces.archive.carried import (
    SECRET,
    carried_in,
    carried_out,
    changed,
    furnish_space,
    htmls,
    parts_of,
    put_files_aside,
    put_files_back,
    space,
)
from tests.support import Browser, loaded, work


@pytest.fixture
def archive(app: Flask, furnish: Any, cast: Cast) -> bytes:
    """The open space, well furnished, as a command writes it."""
    furnish("carried", furnish_space)
    with app.app_context():
        return carried_out()


@pytest.fixture(autouse=True)
def _files_again(app: Flask) -> Iterator[None]:
    """Put the files back after a test that looked at another machine."""
    yield
    put_files_back(app)


def another_site(app: Flask) -> None:
    """Empty the site, then bring the cast in without the member, and without their spaces."""
    empty_tables(app)
    put_files_aside(app)
    app.extensions["search_catalogue"] = CatalogueKeeper()
    with app.app_context():
        bring_in()
        with transaction() as session:
            for one in session.scalars(select(Space)):
                session.delete(one)
            session.delete(loaded(MEMBER))
            session.flush()
            for name in ("Port-Elvain",):
                session.delete(session.scalars(select(Organisation).where(Organisation.name == name)).one())


def test_space_comes_back_the_same_on_another_site(app: Flask, archive: bytes) -> None:
    before, texts = parts_of(archive), htmls(app)
    another_site(app)
    with app.app_context():
        arriving = carried_in(archive)
        assert arriving.remarks == []
        again = parts_of(carried_out())
    unknown = {one["id"] for one in before["people"] if one["email_sha256"] == digest_of(MEMBER)}
    names = {one["id"]: one["name"] for one in before["people"]}
    assert [names[one] for one in unknown] == ["Malik Benali"]
    # Stated: places are given back to people who exist; people of this site keep the ids they have here.
    # A resource of another space that is not here has no place on the shelf.
    places = [one for one in before["memberships"] if one["user_id"] not in unknown]
    expected = {**before, "memberships": places, "shelves": []}
    assert _comparable(again) == _comparable(expected)
    assert len(again["resources"]) == 3
    assert len(again["posts"]) == 5
    assert [one["fields"]["title"] for one in again["resource_revisions"]] == ["Diagnostic"]
    gone = {one["id"] for one in before["posts"] if one["deleted_at"]}
    made = htmls(app)
    assert {ref: html for ref, html in made.items() if ref not in gone} == {
        ref: html for ref, html in texts.items() if ref in made.keys() - gone
    }


def _comparable(parts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return an archive with people and cities under their names instead of their ids, and integer ids dropped."""
    people = {one["id"]: f"person:{one['name']}" for one in parts["people"]}
    places = {one["id"]: f"place:{one['name']}" for one in parts["organisations"]}
    named = people | places

    def plain(value: Any) -> Any:
        return named.get(value, value) if isinstance(value, str) else value

    kept = {name: rows for name, rows in parts.items() if name not in {"people", "organisations"}}
    return {
        name: [
            {key: plain(value) for key, value in row.items() if key != "id" or isinstance(value, str)} for row in rows
        ]
        for name, rows in kept.items()
    }


@pytest.mark.usefixtures("archive")
def test_cities_come_with_what_lists_compare_them_by_and_their_place_on_the_map(app: Flask) -> None:
    known = {"kind": "city", "region": "Bretagne", "population": 118_000, "latitude": 48.1, "longitude": -1.7}
    with app.app_context():
        with transaction():
            place = db.session.scalars(select(Organisation).where(Organisation.name == "Port-Elvain")).one()
            for name, value in known.items():
                setattr(place, name, value)
        described = carried_out()
    another_site(app)
    with app.app_context():
        carried_in(described)
        place = db.session.scalars(select(Organisation).where(Organisation.name == "Port-Elvain")).one()
        assert {name: getattr(place, name) for name in known} == known


@pytest.mark.slow
def test_rights_come_back_with_the_space(app: Flask, archive: bytes) -> None:
    another_site(app)
    with app.app_context():
        carried_in(archive)
        roles = {one.user.email: one.role for one in db.session.scalars(select(Membership))}
        assert roles == {FACILITATOR: "facilitator", GUEST: "member"}
        stranger = db.session.scalars(select(User).where(User.email.endswith(NOWHERE))).one()
        assert (stranger.name, stranger.is_active, stranger.password_hash) == ("Malik Benali", False, None)
        assert [stranger.is_admin, stranger.in_directory] == [False, False]
        assert stranger.organisation is not None
        assert (stranger.organisation.name, stranger.organisation.is_member) == ("Port-Elvain", False)
    work(app)
    page = Browser(app, OUTSIDER).get(f"/espaces/{OPEN}/ressources").get_data(as_text=True)
    assert "Diagnostic local" in page
    found = Browser(app, GUEST).get("/recherche?q=tintamarre").get_data(as_text=True)
    assert "Diagnostic local" in found
    assert SECRET not in str(parts_of(archive))


def test_copy_on_the_same_site_has_its_own_addresses_and_its_links_follow(app: Flask, archive: bytes) -> None:
    with app.app_context():
        with pytest.raises(ArchiveError, match="déjà sur ce site"):
            carried_in(archive)
        with pytest.raises(ArchiveError, match="autre"):
            carried_in(archive, OPEN)
        carried_in(archive, "copie")
        titles = "Diagnostic local"
        first, second = db.session.scalars(select(Resource).where(Resource.title == titles).order_by(Resource.id))
        practice = db.session.scalars(
            select(Resource).where(Resource.title == "Médiation du soir", Resource.space_id == second.space_id)
        ).one()
        assert first.public_id != second.public_id
        assert f"/ressources/{practice.public_id}-mediation" in second.body
        assert f"https://ailleurs.example/ressources/{practice.public_id}" not in second.body
        assert space("copie").public_id != space().public_id
        about = db.session.scalars(select(Post).where(Post.page == 1).order_by(Post.id)).all()
        assert [one.file for one in about] == [first.attachments[1].public_id, second.attachments[1].public_id]


def test_private_space_stays_private_and_admits_no_administrator(app: Flask, cast: Cast) -> None:
    with app.app_context():
        content = carried_out(slug=PRIVATE)
        another_site(app)
        carried_in(content)
        assert space(PRIVATE).visibility == "private"
    assert Browser(app, OUTSIDER).get(f"/espaces/{PRIVATE}").status_code == 404
    assert Browser(app, ADMIN).get(f"/espaces/{PRIVATE}").status_code == 404
    assert Browser(app, FACILITATOR).get(f"/espaces/{PRIVATE}").status_code == 200


def test_addresses_and_articles_leave_with_those_alone_who_may_have_them(app: Flask, archive: bytes) -> None:
    with app.app_context():
        mine = carried_out(FACILITATOR)
    assert all("email" not in one and one["email_sha256"] for one in parts_of(mine)["people"])
    assert MEMBER.encode() not in b"".join(_entries(mine).values())
    assert (len(parts_of(mine)["articles"]), len(parts_of(archive)["articles"])) == (0, 1)
    assert {one["email"] for one in parts_of(archive)["people"]} >= {MEMBER, FACILITATOR, GUEST}


def test_what_was_said_of_a_draft_or_in_a_space_one_does_not_read_stays_there(app: Flask, cast: Cast) -> None:
    with app.app_context():
        moved = share("Venue d'ailleurs", space=PRIVATE)
        with transaction():
            details = ResourceDetails.of(kind="report", title="Venue ici", lang="fr")
            edit_resource(loaded(FACILITATOR), moved, details, moved.edit_version)
            move_resource(loaded(FACILITATOR), moved, space(REQUEST))
        draft = share("Publiée", space=REQUEST)
        with transaction() as session:
            keep_revision(draft, loaded(FACILITATOR), {"title": "Brouillon"})
            session.flush()
            session.execute(
                update(Revision).values(at=now() - timedelta(days=1)).where(Revision.subject_id == draft.id)
            )
        assert len(parts_of(carried_out(ENTERED, REQUEST))["resource_revisions"]) == 2
        with transaction() as session:
            session.execute(delete(SpaceEntry).where(SpaceEntry.space_id == cast.spaces[PRIVATE]))
        assert parts_of(carried_out(ENTERED, REQUEST)).get("resource_revisions", []) == []
        assert len(parts_of(carried_out(None, REQUEST))["resource_revisions"]) == 3


def _entries(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_archive_opens_as_a_page_whose_links_lead_to_its_files(archive: bytes) -> None:
    entries = _entries(archive)
    page = entries["index.html"].decode()
    assert "Diagnostic local" in page
    files = [name for name in entries if name.startswith("files/")]
    assert len(files) == 2
    assert all(f'href="{name}"' in page for name in files)


def _many(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _name(entries: dict[Any, bytes], new: str) -> None:
    entries[new] = entries.pop(next(name for name in entries if str(name).startswith("files/")))


HOSTILE = {
    "no archive": lambda _content: b"PK rien",
    "cut short": lambda content: content[: len(content) // 2],
    "another ZIP": lambda content: changed(content, lambda entries: entries.pop("manifest.json")),
    "a name that climbs": lambda content: changed(content, lambda entries: _name(entries, "../../etc/passwd")),
    "an absolute name": lambda content: changed(content, lambda entries: _name(entries, "/etc/passwd")),
    "something more": lambda content: changed(content, lambda entries: entries.update({"data/x.sh": b"x"})),
    "rows that nothing lists": lambda content: changed(content, lambda entries: entries.update(
        {"data/secrets.jsonl": b'{"id": 1}\n'})),
    "a file that nothing names": lambda content: changed(content, lambda entries: entries.update(
        {f"files/{hashlib.sha256(b'x').hexdigest()}.txt": b"x"})),
    "a file twice": lambda content: changed(content, lambda entries: entries.update(
        {f"{name}x": entries[name] for name in list(entries) if name.startswith("files/")})),
    "false bytes": lambda content: changed(content, lambda entries: entries.update(
        {name: b"autre" for name in list(entries) if name.startswith("files/")})),
    "a false row": lambda content: changed(content, lambda entries: entries.update(
        {"data/resources.jsonl": entries["data/resources.jsonl"].replace(b"Diagnostic", b"Autre chose")})),
    "a number that is none": lambda content: changed(content, lambda entries: entries.update(
        {"manifest.json": entries["manifest.json"].replace(b'"version": 1', b'"version": NaN')})),
    "a day that is none": lambda content: changed(content, lambda entries: entries.update(
        {"manifest.json": entries["manifest.json"].replace(b'"made_at": "2', b'"made_at": "an 2')})),
    "a newer one": lambda content: changed(content, lambda entries: entries.update(
        {"manifest.json": entries["manifest.json"].replace(b'"version": 1', b'"version": 2')})),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
def test_what_is_not_whole_or_not_ours_is_refused_before_anything_is_written(
    app: Flask, archive: bytes, how: str
) -> None:
    with app.app_context():
        before = [_many(model) for model in (Space, User, Resource, Revision)]
        with pytest.raises(ArchiveError) as refusal:
            carried_in(HOSTILE[how](archive), "autre")
        assert str(refusal.value.message)
        assert [_many(model) for model in (Space, User, Resource, Revision)] == before


def _without_files(entries: dict[Any, bytes], ending: str) -> None:
    for name in [name for name in entries if str(name).startswith("files/") and str(name).endswith(ending)]:
        del entries[name]


def test_archive_that_lacks_a_file_is_refused_and_the_file_named(app: Flask, archive: bytes, tmp_path: Path) -> None:
    with app.app_context():
        with pytest.raises(ArchiveError, match=r"il y manque.: annexe\.txt\."):
            carried_in(changed(archive, lambda entries: _without_files(entries, ".txt")), "autre")
        with pytest.raises(ArchiveError, match=r"il y manque.: diagnostic\.pdf, annexe\.txt\."):
            carried_in(changed(archive, lambda entries: _without_files(entries, "")), "autre")
    file = tmp_path / "espace.zip"
    file.write_bytes(changed(archive, lambda entries: _without_files(entries, ".pdf")))
    tried = app.test_cli_runner().invoke(args=["spaces", "import", str(file), "--slug", "copie", "--dry-run"])
    assert (tried.exit_code, "missing from it: diagnostic.pdf." in tried.output) == (1, True), tried.output


def test_bytes_lost_where_the_archive_was_made_are_left_out_and_named(app: Flask, archive: bytes) -> None:
    (lost,) = [name for name in _entries(archive) if name.endswith(".txt")]
    with app.app_context():
        storage().remove(lost[6:70])
        again = carried_out()
        assert lost not in _entries(again)
        assert carried_in(again, "copie").remarks == ["annexe.txt"]


def test_interrupted_work_leaves_nothing(app: Flask, archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any) -> None:
        raise OSError("no space left on device")

    with app.app_context():
        before = [_many(model) for model in (Space, Resource, Revision)]
        monkeypatch.setattr("app.spaces.archive.arriving.touch_audience", break_off)
        with pytest.raises(OSError, match="space"):
            carried_in(archive, "copie")
        assert [_many(model) for model in (Space, Resource, Revision)] == before


def test_commands_take_a_space_away_and_bring_it_back(app: Flask, archive: bytes, tmp_path: Path) -> None:
    file, run = tmp_path / "espace.zip", app.test_cli_runner().invoke
    left = run(args=["spaces", "export", OPEN, str(file)])
    assert left.exit_code == 0
    refused = run(args=["spaces", "import", str(file)])
    assert (refused.exit_code, "already on this site" in refused.output) == (1, True)
    tried = run(args=["spaces", "import", str(file), "--slug", "copie", "--dry-run"])
    assert (tried.exit_code, "resources" in tried.output) == (0, True)
    numbers = dict(line.rsplit(maxsplit=1) for line in tried.output.splitlines()[1:])
    people = int(numbers["people known here"]) + int(numbers["people under their name"])
    assert f": {numbers['rows']} rows, {people} people, " in left.output
    assert f" organisations and {numbers['files']} files written to " in left.output
    done = run(args=["spaces", "import", str(file), "--slug", "copie"])
    assert done.output.splitlines()[-1] == "copie brought in", done.output
    with app.app_context():
        told = select(AuditEntry.detail).where(AuditEntry.action.in_(["space.exported", "space.imported"]))
        assert {one["rows"] for one in db.session.scalars(told)} == {int(numbers["rows"])}
    assert run(args=["spaces", "export", "nulle-part", str(file)]).exit_code == 1
    nowhere = run(args=["spaces", "export", OPEN, str(file.parent / "nowhere" / "copy.zip")])
    assert (nowhere.exit_code, "could not be written: No such file" in nowhere.output) == (1, True)
