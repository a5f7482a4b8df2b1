"""Many rows published at once: by a job, each once whatever happens, and a page says how far it is."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import User
from app.core import clock
from app.core.db import transaction
from app.core.jobs import Job
from app.extensions import db
from app.library.models import Resource
from app.library.staging.jobs import tidy_staging
from app.library.staging.models import StagedPublication, StagedResource
from app.library.staging.publishing import AT_ONCE, AWAITED, KEPT, step
from app.spaces.models import Space, State
from app.spaces.quotas import set_quota
from tests.library.shelves import upload
from tests.people import FACILITATOR, MEMBER, OPEN
from tests.support import Browser, CountedStatements, work

HERE = f"/espaces/{OPEN}/ressources/depot"
MANY = AT_ONCE + 2


def drop(person: Browser, number: int, size: int = 10) -> list[str]:
    """Send so many files; return the ids of their rows."""
    files = [upload(f"{n:03}".encode().ljust(size, b"x"), f"note-{n:03}.txt") for n in range(number)]
    assert person.post(HERE, {"files": files}).status_code == 302
    return rows(person.app)


def rows(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(StagedResource.public_id).order_by(StagedResource.id)))


def titles(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Resource.title).order_by(Resource.id)))


def publish(person: Browser, ticked: list[str], **more: str) -> str:
    """Publish rows together; return the address of the page that says how far it is."""
    answer = person.post(HERE, {"ligne": ticked, "publier": "1", **more})
    assert answer.status_code == 302
    assert f"{HERE}/publications/" in answer.location
    return str(answer.location)


def read(person: Browser, address: str) -> str:
    answer = person.get(address)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("’", "'")


def publication(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(StagedPublication.id)).one()


def test_many_rows_are_published_by_a_job_and_a_page_says_how_far(app: Flask, member: Browser) -> None:
    ticked = drop(member, MANY)
    page = publish(member, ticked)
    assert (titles(app), len(rows(app))) == ([], MANY)
    assert f"0 lignes sur {MANY}" in read(member, page)
    table = read(member, HERE)
    assert "en cours de publication" in table
    assert f'name="title-{ticked[0]}"' not in table
    with app.app_context():
        assert step(publication(app))
    assert f"1 lignes sur {MANY}" in read(member, page.partition("?")[0] + "/avancement")
    work(app)
    done = read(member, page)
    assert f"{MANY} ressources publiées" in done
    assert done.count("publiée</span>") == MANY
    assert (titles(app), rows(app)) == ([f"note {n:03}" for n in range(MANY)], [])
    assert "en cours de publication" not in read(member, HERE)


def test_publication_cut_short_goes_on_where_it_was_and_publishes_nothing_twice(app: Flask, member: Browser) -> None:
    publish(member, drop(member, MANY))
    number = publication(app)
    with app.app_context():
        assert [step(number) for _ in range(4)] == [True] * 4  # then the worker is killed
    member.post(HERE, {"retirer": rows(app)[-1]})
    work(app)
    with app.app_context():
        assert not step(number)  # the job that had been taken for lost
    assert titles(app) == [f"note {n:03}" for n in range(MANY - 1)]


def test_two_workers_at_once_publish_each_row_once(app: Flask, member: Browser) -> None:
    publish(member, drop(member, MANY))
    number = publication(app)

    def run() -> None:
        with app.app_context():
            while step(number):
                pass

    workers = [threading.Thread(target=run) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(titles(app)) == [f"note {n:03}" for n in range(MANY)]


def test_row_that_is_refused_stays_with_its_reason_until_it_is_touched(app: Flask, member: Browser) -> None:
    ticked = drop(member, MANY, size=1000)
    page = publish(member, ticked)
    with app.app_context(), transaction():
        set_quota(db.session.scalars(select(Space).where(Space.slug == OPEN)).one(), MANY * 1000 - 500)
    work(app)
    assert len(titles(app)) == MANY - 1
    assert rows(app) == ticked[-1:]
    done = read(member, page)
    assert f"{MANY - 1} ressources publiées" in done
    assert "ne tient plus dans l'espace" in done
    table = read(member, HERE)
    assert f'id="title-{ticked[-1]}-error"' in table
    assert "ne tient plus dans l'espace" in table
    later = clock.now() + timedelta(seconds=5)
    clock.set_clock(lambda: later)
    member.post(f"{HERE}/brouillon", {f"title-{ticked[-1]}": "Un autre titre"})
    assert f'id="title-{ticked[-1]}-error"' not in read(member, HERE)


def test_rows_that_lack_something_wait_in_the_table_and_the_page_says_so(app: Flask, member: Browser) -> None:
    ticked = drop(member, MANY)
    page = publish(member, ticked, **{f"dated_on-{ticked[0]}": "hier"})
    work(app)
    done = read(member, page)
    assert "1 ligne cochée n'était pas complète" in done
    assert rows(app) == ticked[:1]
    back = done.partition('href="' + HERE + "?")[2].partition('"')[0].replace("&amp;", "&")
    assert f'id="dated_on-{ticked[0]}-error"' in read(member, f"{HERE}?{back}")


def test_many_rows_are_kept_as_drafts_too(app: Flask, member: Browser) -> None:
    ticked = drop(member, MANY)
    answer = member.post(HERE, {"ligne": ticked, "brouillon": "1"})
    work(app)
    assert f"{MANY} brouillons enregistrés" in read(member, answer.location)
    with app.app_context():
        assert set(db.session.scalars(select(Resource.state))) == {State.DRAFT}


def test_publication_is_its_person_s_alone(app: Flask, member: Browser, browser: Any) -> None:
    page = publish(member, drop(member, MANY))
    other = browser(FACILITATOR)
    for address in (page, f"{page}/avancement"):
        assert other.get(address).status_code == 404
        assert member.get(address.replace(page[-10:], "abcdefghij")).status_code == 404


def test_who_may_no_longer_write_publishes_nothing_more(app: Flask, member: Browser) -> None:
    publish(member, drop(member, MANY))
    number = publication(app)
    with app.app_context():
        step(number)
        with transaction() as session:
            session.execute(update(User).where(User.email == MEMBER).values(disabled_at=clock.now()))
    work(app)
    assert (len(titles(app)), len(rows(app))) == (1, MANY - 1)
    with app.app_context():
        assert db.session.get_one(StagedPublication, number).finished_at is not None


def test_rows_of_a_publication_that_failed_come_back_and_old_ones_are_forgotten(app: Flask, member: Browser) -> None:
    ticked = drop(member, MANY)
    publish(member, ticked)
    with app.app_context(), transaction() as session:
        session.execute(update(Job).values(state="failed"))
    for after, shown, kept in ((AWAITED, True, 1), (KEPT, True, 0)):
        later = clock.now() + after + timedelta(minutes=1)
        clock.set_clock(partial(datetime.fromtimestamp, later.timestamp(), later.tzinfo))
        with app.app_context():
            db.session.execute(update(StagedResource).values(touched_at=later))
            db.session.commit()
            tidy_staging({})
            assert len(db.session.scalars(select(StagedPublication)).all()) == kept
            db.session.remove()
        member.sign_in(MEMBER)
        assert (f'name="title-{ticked[0]}"' in read(member, HERE)) is shown


def test_pressing_the_button_costs_as_little_for_twenty_rows_as_for_twelve(app: Flask, member: Browser) -> None:
    counts = []
    for number in (12, 20):
        ticked = drop(member, number)
        with CountedStatements(app) as counted:
            publish(member, ticked)
        counts.append(len(counted))
        work(app)
    assert counts[0] == counts[1]
