"""The history of the schema leads to the models, on both databases, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import JSON, Connection, Date, DateTime, column, insert, inspect, select, table, text

from app.extensions import db
from app.library.models import Resource, Tag, resource_link
from app.spaces.models import Membership
from tests.conftest import DATABASES, new_database_app


@pytest.fixture(params=DATABASES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    with new_database_app(request.param, tmp_path) as app, app.app_context():
        yield app


@pytest.mark.slow
def test_migrations_lead_to_the_models(fresh: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.slow
def test_migrations_lead_back_to_nothing(fresh: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]


BEFORE_WORDS = "a83c6e10f5b2"
BEGUN = datetime(2026, 11, 1, 8, tzinfo=UTC)


def put(connection: Connection, into: str, /, **values: Any) -> None:
    """Add a row to a table as an older schema knows it."""
    types: dict[str, Any] = {"created_at": DateTime(timezone=True), "updated_at": DateTime(timezone=True)}
    types |= {"fields": JSON(), "hidden_sections": JSON(), "names": JSON(), "dated_on": Date()}
    older = table(into, *(column(one, types.get(one)) for one in values))
    connection.execute(insert(older).values(**values))


def put_resource(connection: Connection, n: int, **more: Any) -> None:
    """Add a space and a resource in it as an older schema knows them."""
    blank = dict.fromkeys(
        ("short_name", "summary", "purpose", "purpose_html", "partner", "welcome", "welcome_html"), ""
    )
    place = {"name": "S", "sort_key": "s", "hidden_sections": [], "visibility": "open", "join_policy": "free"}
    unsaid = dict.fromkeys(("summary", "body", "body_html", "source", "deleted_reason"), "")
    said = {"kind": "report", "fields": {}, "shared_draft": False, "renderer_version": 0, "lang": "fr", "title": "T"}
    kept = {"sort_key": "t", "audience": "space", "state": "published"}
    made = {"edit_version": 1, "created_at": BEGUN, "updated_at": BEGUN}
    put(connection, "space", id=n, slug=f"s{n}", public_id=f"aaaaaaaaa{n}", **blank, **place, **made)
    texts = {**unsaid, **said, **kept, **made, **more}
    put(connection, "resource", id=n, space_id=n, public_id=f"bbbbbbbbb{n}", **texts)


@pytest.mark.slow
def test_a_keyword_becomes_a_word_of_each_space_that_used_it_and_back(fresh: Flask) -> None:
    upgrade(revision=BEFORE_WORDS)
    with db.engine.begin() as connection:
        for n in (1, 2):
            put_resource(connection, n)
            put(connection, "tag", id=n, slug=f"mot-{n}", label=f"Mot {n}", sort_key=f"mot {n}")
        for n in (1, 2):
            put(connection, "resource_tag", resource_id=n, tag_id=1)
    upgrade()
    words = select(Tag.label, Tag.space_id, Resource.id).select_from(Resource).join(Resource.tags).order_by(Resource.id)
    assert [tuple(row) for row in db.session.execute(words)] == [("Mot 1", 1, 1), ("Mot 1", 2, 2)]
    db.session.remove()
    downgrade(revision=BEFORE_WORDS)
    with db.engine.connect() as connection:
        assert (
            connection.execute(text("SELECT label FROM tag JOIN resource_tag ON tag_id = id")).all() == [("Mot 1",)] * 2
        )


BEFORE_LINKS = "b94c7e05d3f8"


@pytest.mark.slow
def test_resources_that_stand_are_read_for_what_they_point_to(fresh: Flask) -> None:
    upgrade(revision=BEFORE_LINKS)
    with db.engine.begin() as connection:
        said = {"results": "Voir\n/ressources/bbbbbbbbb3-titre"}
        put_resource(connection, 2, body="/ressources/bbbbbbbbb2 et /ressources/bbbbbbbbb3?page=4", fields=said)
        put_resource(connection, 3, summary="https://villes.example/ressources/bbbbbbbbb2-titre")
    upgrade()
    pointed = select(resource_link).order_by(resource_link.c.resource_id)
    assert [tuple(row) for row in db.session.execute(pointed)] == [(2, "bbbbbbbbb3"), (3, "bbbbbbbbb2")]


BEFORE_PARTIAL_DATES = "e93b7d2c5a18"


@pytest.mark.slow
def test_table_that_is_copied_keeps_its_rows_and_what_refers_to_them(fresh: Flask) -> None:
    upgrade(revision=BEFORE_PARTIAL_DATES)
    with db.engine.begin() as connection:
        put_resource(connection, 1, dated_on=date(2021, 7, 5))
        named = dict.fromkeys(("label_en", "reason", "note_fr", "note_en"), "") | {"names": {}, "state": "proposed"}
        made = {"edit_version": 1, "created_at": BEGUN, "updated_at": BEGUN, "public_id": "ccccccccc1", "space_id": 1}
        put(connection, "tag", id=1, slug="mot", label="Mot", sort_key="mot", **named, **made)
        put(connection, "resource_tag", resource_id=1, tag_id=1)
    upgrade()
    resource = db.session.scalars(select(Resource)).one()
    assert (resource.dated_on, [tag.label for tag in resource.tags]) == ("2021-07-05", ["Mot"])
    resource.dated_on = "2019"
    db.session.commit()
    db.session.remove()
    downgrade(revision=BEFORE_PARTIAL_DATES)
    with db.engine.connect() as connection:
        said = "SELECT CAST(dated_on AS VARCHAR(10)), tag_id FROM resource JOIN resource_tag ON resource_id = id"
        assert connection.execute(text(said)).all() == [("2019-01-01", 1)]


FIRST = "9decfd2f5ad8"
PERSON = "function, organisation_id, kind, is_admin, language, is_demo"
EMPTY = "short_name, summary, purpose, purpose_html, partner"


@pytest.mark.slow
def test_later_migrations_keep_what_people_have(fresh: Flask) -> None:
    upgrade(revision=FIRST)
    moment = "'2026-11-01 08:00:00+00:00'"
    with db.engine.begin() as connection:
        for table, columns, values in (
            (
                "organisation",
                "id, public_id, name, sort_key, kind, is_member",
                "1, 'aaaaaaaaaa', 'A', 'a', 'city', true",
            ),
            (
                "user",
                f"id, public_id, email, name, sort_key, {PERSON}, edit_version",
                "1, 'bbbbbbbbbb', 'b@a.example', 'B', 'b', '', 1, 'member', false, 'fr', false, 1",
            ),
            (
                "space",
                f"id, public_id, slug, name, sort_key, {EMPTY}, visibility, join_policy, edit_version",
                "1, 'cccccccccc', 'c', 'C', 'c', '', '', '', '', '', 'private', 'invitation', 1",
            ),
        ):
            made = f"{columns}, created_at, updated_at) VALUES ({values}, {moment}, {moment})"
            connection.execute(text(f'INSERT INTO "{table}" ({made}'))
        columns, values = "id, space_id, user_id, role, created_at", f"1, 1, 1, 'facilitator', {moment}"
        connection.execute(text(f"INSERT INTO membership ({columns}) VALUES ({values})"))  # noqa: S608 - same
    upgrade()
    found = db.session.scalars(select(Membership)).one()
    assert found.user.organisation is not None
    person = (found.user.name, found.user.organisation.country, found.user.in_directory, found.user.spoken_languages)
    assert (found.space.name, found.space.hidden_sections, found.role) == ("C", [], "facilitator")
    assert person == ("B", "FR", False, [])
