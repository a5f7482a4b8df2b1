"""``flask library thesaurus …``: the starter list."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import User
from app.core.db import transaction
from app.extensions import db
from app.library.models import Tag
from app.library.thesaurus.judging import Outcome
from app.library.thesaurus.starting import start_thesaurus, starter_terms

thesaurus = AppGroup("thesaurus", help="The common keywords of the network.")


@thesaurus.command("start")
@click.option("--if-new", is_flag=True, help="Only on a site without accounts and without keywords.")
@with_appcontext
def start_command(if_new: bool) -> None:
    """Bring in the starter thesaurus of urban security, in French and English."""
    if if_new and any(db.session.scalar(select(model.id).limit(1)) is not None for model in (User, Tag)):
        return
    with force_locale("en"), transaction():
        verdicts = start_thesaurus()
    made = sum(one.outcome is Outcome.CREATED for one in verdicts)
    if not if_new:
        click.echo(f"{made} terms added, {len(starter_terms()) - made} already there")
