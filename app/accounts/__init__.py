"""People, their city or organisation, and how they come in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask_login import current_user
from sqlalchemy import select

from app.accounts import jobs, journal, storing  # noqa: F401 - declare themselves
from app.accounts.charter import ask_for_charter, last_charter, remember_charter
from app.accounts.charter_views import blueprint as charter_blueprint
from app.accounts.cli import users
from app.accounts.confirmation_views import blueprint as confirmation_blueprint
from app.accounts.email_change_views import blueprint as email_change_blueprint
from app.accounts.factor_views import blueprint as factor_blueprint
from app.accounts.holding import lead_to_set_up
from app.accounts.links_views import blueprint as links_blueprint
from app.accounts.models import User
from app.accounts.organisations.cli import organisations
from app.accounts.places import jobs as places_jobs  # noqa: F401 - declare themselves
from app.accounts.profile_views import blueprint as profile_blueprint
from app.accounts.queries import may_sign_in
from app.accounts.requests import jobs as request_jobs  # noqa: F401 - declare themselves
from app.accounts.requests.views import blueprint as requests_blueprint
from app.accounts.rights import jobs as rights_jobs
from app.accounts.rights import own_part
from app.accounts.rights.views import blueprint as rights_blueprint
from app.accounts.second_step_views import blueprint as second_step_blueprint
from app.accounts.security_views import blueprint as security_blueprint
from app.accounts.sessions_views import blueprint as sessions_blueprint
from app.accounts.sso.views import blueprint as sso_blueprint
from app.accounts.views import blueprint, session_over
from app.accounts.visits import note_visit
from app.extensions import db, login

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["own_part", "register", "rights_jobs"]


BLUEPRINTS = (
    blueprint,
    links_blueprint,
    sso_blueprint,
    second_step_blueprint,
    confirmation_blueprint,
    profile_blueprint,
    security_blueprint,
    factor_blueprint,
    email_change_blueprint,
    sessions_blueprint,
    charter_blueprint,
    rights_blueprint,
)


def register(app: Flask) -> None:
    """Attach accounts to the application."""
    login.init_app(app)
    login.session_protection = None  # the session is a row of ours; nothing in the cookie can be replayed
    login.user_loader(_load)
    login.unauthorized_handler(session_over)
    for part in BLUEPRINTS:
        app.register_blueprint(part)
    app.before_request(lead_to_set_up)
    app.before_request(ask_for_charter)
    app.register_blueprint(requests_blueprint)
    app.cli.add_command(users)
    app.cli.add_command(organisations)
    app.after_request(partial(note_visit, app))
    app.context_processor(lambda: {"me": current_user})


def _load(user_id: str) -> User | None:
    """Return who a session is of, with the number of the charter every page compares: one statement."""
    if not user_id.isdigit():
        return None
    found = db.session.execute(select(User, last_charter()).where(User.id == int(user_id))).one_or_none()
    if found is None:
        return None
    user, number = found
    remember_charter(number)
    return user if may_sign_in(user) else None
