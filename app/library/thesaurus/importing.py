"""A list of terms kept, tried, then brought in whole, with a report row by row. Inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import delete, select

from app.accounts.models import User
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import enqueue, job
from app.core.text import one_line
from app.extensions import db
from app.library.thesaurus.book import read_book
from app.library.thesaurus.judging import Verdict, plan
from app.library.thesaurus.models import ThesaurusImport
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.permissions import keeps_thesaurus
from app.library.thesaurus.saying import TermSaid
from app.spaces.models import ImportState

JOB = "library.import_terms"
AT_ONCE = 300  # a list this short is done while the person waits
KEPT = timedelta(days=30)


def keep_terms(by: User, name: str, terms: Sequence[TermSaid]) -> ThesaurusImport:
    """Keep a list as it was read. Raises RefusedError."""
    keeps_thesaurus.require(by, None)
    kept = ThesaurusImport(
        by_id=by.id, name=one_line(name)[:200], total=len(terms), said=[one.plain for one in terms], report=[]
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def terms_kept(kept: ThesaurusImport) -> list[TermSaid]:
    """Return the terms of a list."""
    return [TermSaid.of(**one) for one in kept.said]


def list_of_terms_for(person: User, public_id: str) -> ThesaurusImport:
    """Return a list this person brought. Raises NotFoundError."""
    mine = (ThesaurusImport.public_id == public_id) & (ThesaurusImport.by_id == person.id)
    kept: ThesaurusImport | None = db.session.scalar(select(ThesaurusImport).where(mine))
    if kept is None or not keeps_thesaurus(person, None):
        raise NotFoundError
    return kept


def tried(kept: ThesaurusImport) -> list[Verdict]:
    """Return what would become of each term of a list."""
    return plan(read_book(), terms_kept(kept)).verdicts


def start_import(by: User, kept: ThesaurusImport) -> None:
    """Bring a list in: now when it is short, by a job otherwise. Raises RefusedError, DomainError once begun."""
    lock(kept)
    keeps_thesaurus.require(by, None)
    if kept.state != ImportState.DRAFT:
        raise DomainError(_l("Cet import a déjà commencé."))
    kept.state = ImportState.RUNNING
    if kept.total <= AT_ONCE:
        _do(by, kept)
    else:
        enqueue(JOB, {"id": kept.id}, key=f"{JOB}:{kept.id}")


def _do(by: User, kept: ThesaurusImport) -> None:
    verdicts = bring_in(by, terms_kept(kept), origin=kept.name)
    kept.report = [[one.n, one.said.fr, str(one.outcome), one.detail] for one in verdicts]
    kept.state = ImportState.DONE


@job(JOB, timeout=300)
def import_terms(payload: dict[str, Any]) -> None:
    """Bring a long list in, whole or not at all; run twice, it is done once."""
    with transaction():
        kept = db.session.get(ThesaurusImport, payload["id"])
        if kept is None:
            return
        lock(kept)
        by = db.session.get(User, kept.by_id)
        if kept.state != ImportState.RUNNING:
            return
        if by is None or by.disabled_at is not None or not keeps_thesaurus(by, None):
            kept.state = ImportState.CANCELLED
            return
        with force_locale(by.language):
            _do(by, kept)


@job("library.forget_terms", every=timedelta(days=1))
def forget_terms(_payload: dict[str, Any]) -> None:
    """Forget lists of terms that serve no more."""
    with transaction() as session:
        session.execute(delete(ThesaurusImport).where(ThesaurusImport.updated_at < now() - KEPT))
