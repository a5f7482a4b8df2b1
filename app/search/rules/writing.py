"""What is done with the rules of the search: made, changed, removed, and each of these taken back.

Plain functions, inside ``transaction()``; ``by`` is an administrator, whom the view has asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app.core.audit import describe, record
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.errors import DomainError, EditConflictError, NotFoundError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.journal import tell
from app.extensions import db
from app.search.rules.judging import Said, check_again, check_room, in_force
from app.search.rules.models import RuleKind, SearchRule, rules_changed

UNDO_WITHIN, KEPT = timedelta(hours=1), timedelta(days=1)

describe(
    {
        "search_rule.added": _l("Règle de recherche ajoutée"),
        "search_rule.changed": _l("Règle de recherche modifiée"),
        "search_rule.removed": _l("Règle de recherche retirée"),
        "search_rule.undone": _l("Changement d'une règle de recherche annulé"),
    }
)
tell({"rule": lambda value: _("« %(words)s »", words=value)})


def words_of(said: Said) -> str:
    """Return what a rule says, in a few words: for a confirmation and for the journal."""
    return ", ".join(said["words"]) if isinstance(said.get("words"), list) else str(said.get("word") or said["words"])


def add_rule(by: Any, kind: RuleKind, said: Said) -> SearchRule:
    """Make a rule. Raises DomainError when there is no room for one more."""
    rules_changed()
    check_room(kind)
    rule = SearchRule(kind=kind, said=said)
    db.session.add(rule)
    db.session.flush()
    record("search_rule.added", by, rule, rule=words_of(said))
    return rule


def change_rule(by: Any, rule: SearchRule, said: Said, seen_version: int | None) -> None:
    """Have a rule say something else. Raises EditConflictError when it changed since ``seen_version``."""
    rules_changed()
    lock(rule)
    if rule.removed_at is not None:
        raise NotFoundError
    if rule.edit_version != seen_version:
        raise EditConflictError(_("Quelqu'un d'autre a changé cette règle pendant que vous la lisiez."))
    if said == rule.said:
        return
    rule.before, rule.said = rule.said, said
    _moved(rule)
    record("search_rule.changed", by, rule, rule=words_of(said))


def remove_rule(by: Any, rule: SearchRule) -> None:
    """Take a rule away; it can be put back for an hour."""
    rules_changed()
    lock(rule)
    if rule.removed_at is None:
        rule.removed_at = now()
        _moved(rule)
        record("search_rule.removed", by, rule, rule=words_of(rule.said))


def undo_rule(by: Any, rule: SearchRule) -> None:
    """Take back the last change of a rule: put back, said as before, or gone.

    Raises DomainError after an hour, and where the rules made since leave no room for what it said.
    """
    rules_changed()
    lock(rule)
    if not can_be_undone(rule):
        raise DomainError(_("Il est trop tard pour annuler ce changement. Modifiez la règle."))
    if rule.removed_at is not None:
        check_room(RuleKind(rule.kind))
        check_again(rule, rule.said)
        rule.removed_at = None
    elif rule.before is not None:
        check_again(rule, rule.before)
        rule.said, rule.before = rule.before, None
    else:
        rule.removed_at = now()
    _moved(rule, last=True)
    record("search_rule.undone", by, rule, rule=words_of(rule.said))


def _moved(rule: SearchRule, *, last: bool = False) -> None:
    """Note a change; what was taken back is not taken back again."""
    rule.changed_at = now() - (UNDO_WITHIN if last else timedelta())
    rule.edit_version += 1


def can_be_undone(rule: SearchRule) -> bool:
    """Tell whether the last change of a rule can still be taken back."""
    return now() - UNDO_WITHIN < rule.changed_at


def lately_changed(kind: RuleKind) -> Sequence[SearchRule]:
    """Return the rules of a kind whose last change can be taken back, the latest first."""
    query = select(SearchRule).where(SearchRule.kind == kind, SearchRule.changed_at > now() - UNDO_WITHIN)
    return db.session.scalars(query.order_by(SearchRule.changed_at.desc(), SearchRule.id.desc()).limit(10)).all()


def rule_with(public_id: str, kind: RuleKind | None = None) -> SearchRule:
    """Return a rule, removed or not. Raises NotFoundError."""
    found: SearchRule | None = db.session.scalar(select(SearchRule).where(SearchRule.public_id == public_id))
    if found is None or (kind is not None and (found.kind != kind or found.removed_at is not None)):
        raise NotFoundError
    return found


def rules_of(kind: RuleKind) -> Sequence[SearchRule]:
    """Return the rules of a kind in force, as their list shows them: by what they say."""
    return sorted(in_force(kind), key=lambda rule: words_of(rule.said).casefold())


@job("search.forget_rules", every=timedelta(days=1))
def forget_removed(_payload: dict[str, Any]) -> None:
    """Forget rules removed a day ago."""
    with transaction() as session:
        session.execute(delete(SearchRule).where(SearchRule.removed_at < now() - KEPT))
