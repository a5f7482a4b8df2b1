"""Those who run a space take it away; administrators bring one in: asked, checked, told, and nobody else's."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import format_day_number
from app.core.worker import run_all
from app.extensions import db
from app.spaces.archive.jobs import forget_archives
from app.spaces.archive.models import ArchiveImport, ImportStep, SpaceArchive, folder
from app.spaces.models import Role, Space
from app.spaces.operations import add_member, remove_member
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, PRIVATE, Cast
from tests.spaces.archive.carried import carried_out, changed, furnish_space, parts_of, space
from tests.support import Browser, loaded, work

HERE, IMPORT = f"/espaces/{OPEN}/archive", "/administration/espaces/importer"


@pytest.fixture(autouse=True)
def _carried(furnish: Any, cast: Cast) -> None:
    """Have a space worth carrying."""
    furnish("carried", furnish_space)


def actions() -> list[str]:
    query = select(AuditEntry.action).where(
        AuditEntry.action.like("space.%export%") | AuditEntry.action.like("space.%arch%")
    )
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_archive_is_made_behind_told_and_given_to_who_asked_alone(app: Flask) -> None:
    browser = Browser(app, FACILITATOR)
    browser.get(HERE)
    browser.post(HERE)
    assert "se prépare" in browser.get(HERE).get_data(as_text=True)
    browser.post(HERE)  # the one being made is enough
    work(app)
    page = browser.get(HERE).get_data(as_text=True)
    links = re.findall(rf'href="({HERE}/\w+\.zip)"', page)
    assert len(links) == 1
    answer = browser.get(links[0])
    headers = answer.headers
    assert (answer.status_code, headers["Cache-Control"], headers.get("ETag")) == (200, "private, no-store", None)
    assert all("email" not in one for one in parts_of(answer.data)["people"])
    mails = [str(one["Subject"]) for one in app.extensions["mail_transport"].messages()]
    assert mails[0] == "L’archive que vous avez demandée est prête"
    assert Browser(app, ADMIN).get(links[0]).status_code == 404
    assert Browser(app, MEMBER).get(links[0]).status_code == 403
    with app.app_context():
        assert actions() == ["space.export_asked", "space.exported", "space.archive_fetched"]
        with transaction():
            add_member(space(), loaded(MEMBER), role=Role.FACILITATOR)
            remove_member(space(), loaded(FACILITATOR))
    assert browser.get(links[0]).status_code == 403


def test_archive_waits_some_days_then_its_bytes_go(app: Flask) -> None:
    Browser(app, FACILITATOR).post(HERE)
    work(app)
    with app.app_context():
        assert db.session.scalars(select(SpaceArchive)).one().path.exists()
    moment = clock.now() + timedelta(days=4)
    clock.set_clock(lambda: moment)
    with app.app_context():
        forget_archives({})
        assert list(folder().iterdir()) == []
        assert db.session.scalars(select(SpaceArchive)).all() == []


def send(browser: Browser, content: bytes) -> Any:
    browser.get(IMPORT)
    return browser.post(IMPORT, {"file": (io.BytesIO(content), "espace.zip")})


@pytest.mark.slow
def test_administrator_sees_what_an_archive_holds_then_brings_it_in(app: Flask) -> None:
    late = now().replace(hour=23, minute=30)  # already the next day where the site is
    clock.set_clock(lambda: late)
    with app.app_context():
        content, today = carried_out(), format_day_number(late)
    clock.set_clock(None)
    admin = Browser(app, ADMIN)
    there = send(admin, content).headers["Location"]
    assert "data-poll-url" in admin.get(there).get_data(as_text=True)
    work(app)
    page = admin.get(there).get_data(as_text=True)
    assert "Atelier ouvert" in page
    assert "entière et peut être reprise" in page
    assert today in page
    taken = admin.post(f"{there}/lancer")
    assert (taken.status_code, "déjà sur ce site" in taken.get_data(as_text=True)) == (422, True)
    admin.post(f"{there}/lancer", {"slug": "Copie de l'atelier"})
    work(app)
    ended = admin.get(f"{there}/etat").get_data(as_text=True)
    assert "C'est fait" in ended.replace("’", "'")
    for page in (ended, admin.get(there).get_data(as_text=True)):
        assert 'href="/espaces/copie-de-l-atelier"' in page
    assert admin.post(f"{there}/lancer", {"slug": "encore"}).status_code == 409
    assert Browser(app, FACILITATOR).get("/espaces/copie-de-l-atelier").status_code == 200
    for other in (ENTERED, FACILITATOR):
        assert Browser(app, other).get(there).status_code in {403, 404}
        assert Browser(app, other).post(f"{there}/lancer").status_code in {403, 404}
    admin.post(f"{there}/oublier")
    assert admin.get(there).status_code == 404


@pytest.mark.slow
def test_files_beyond_the_place_of_a_space_come_in_with_a_limit_of_its_own(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        content = carried_out()
    monkeypatch.setattr("app.spaces.quotas.MEBIBYTE", 1)
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], space_quota_mb=1000))
    admin = Browser(app, ADMIN)
    there = send(admin, content).headers["Location"]
    work(app)
    assert "Place de cet espace" in admin.get(there).get_data(as_text=True)
    refused = admin.post(f"{there}/lancer", {"slug": "copie"})
    assert (refused.status_code, "une limite plus haute" in refused.get_data(as_text=True)) == (422, True)
    assert admin.post(f"{there}/lancer", {"slug": "copie", "quota": "beaucoup"}).status_code == 409
    admin.post(f"{there}/lancer", {"slug": "copie", "quota": "5 Mo"})
    work(app)
    with app.app_context():
        assert space("copie").quota == 5 * 1024 * 1024
        file = app.config["SETTINGS"].instance / "espace.zip"
        file.write_bytes(content)
        command = app.test_cli_runner().invoke(args=["spaces", "import", str(file), "--slug", "autre"])
        assert (command.exit_code, "the files of this archive take" in command.output.lower()) == (1, True)
        wide = app.test_cli_runner().invoke(args=["spaces", "import", str(file), "--slug", "autre", "--quota", "none"])
        assert wide.output.splitlines()[-1] == "autre brought in", wide.output


def test_archive_that_cannot_come_in_says_why_and_nothing_is_kept(app: Flask) -> None:
    with app.app_context():
        content = changed(carried_out(), lambda entries: entries.update({"data/../x": b""}))
    admin = Browser(app, ADMIN)
    there = send(admin, content).headers["Location"]
    work(app)
    assert "rien à y faire" in admin.get(there).get_data(as_text=True)
    assert admin.post(f"{there}/lancer", {"slug": "x"}).status_code == 409
    with app.app_context():
        assert list(folder().glob("in-*")) == []
    assert admin.post(IMPORT).status_code == 422


def test_work_that_breaks_off_says_so_and_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any) -> None:
        raise OSError("disk full")

    with app.app_context():
        content = carried_out(slug=PRIVATE)
    admin = Browser(app, ADMIN)
    there = send(admin, content).headers["Location"]
    work(app)
    admin.post(f"{there}/lancer", {"slug": "copie"})
    monkeypatch.setattr("app.spaces.archive.arriving.touch_audience", break_off)
    work(app)
    assert "interrompue" in admin.get(there).get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(Space).where(Space.slug == "copie")) is None


def test_work_begun_again_after_a_crash_makes_no_double(app: Flask) -> None:
    with app.app_context():
        content = carried_out(slug=PRIVATE)
    admin = Browser(app, ADMIN)
    there = send(admin, content).headers["Location"]
    work(app)
    admin.post(f"{there}/lancer", {"slug": "copie"})
    with app.app_context(), transaction() as session:
        kept = session.scalars(select(ArchiveImport)).one()
        half = Space(slug="copie", name="À moitié", deleted_at=clock.now())
        session.add(half)
        session.flush()
        kept.space_id = half.id
        half_id = half.public_id
    refused = admin.post(f"/administration/espaces/{half_id}/restaurer")
    assert refused.status_code == 409
    run_all(app)
    ended = admin.get(there).get_data(as_text=True)  # a private space stays closed to who brought it
    assert ('href="/espaces/copie"' in ended, "q=Cercle" in ended) == (False, True)
    with app.app_context():
        assert db.session.scalars(select(ArchiveImport.state)).one() == ImportStep.DONE
        assert [one.name for one in db.session.scalars(select(Space).where(Space.slug == "copie"))] == ["Cercle fermé"]
    assert Browser(app, GUEST).get("/espaces/copie").status_code == 404
