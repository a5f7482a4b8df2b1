"""The history of the schema leads to the models, on both databases, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from app.extensions import db
from app.spaces.models import Membership
from tests.conftest import DATABASES, new_database_app


@pytest.fixture(params=DATABASES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    with new_database_app(request.param, tmp_path) as app, app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_lead_to_the_models(fresh: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrations_lead_back_to_nothing(fresh: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]


FIRST = "9decfd2f5ad8"
PERSON = "function, organisation_id, kind, is_admin, language, is_demo"
EMPTY = "short_name, summary, purpose, purpose_html, partner"


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
