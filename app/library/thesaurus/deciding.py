"""What is decided of a word of a space: made a term, a synonym, merged into a term, refused; and taken back.

A decision takes effect a moment later, by a job, and can be taken back until then (``core.deciding``).
Plain functions, inside ``transaction()``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock, transaction
from app.core.deciding import Answer, decide, takes_effect
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.extensions import db
from app.library.models import Tag, TagState, resource_tag
from app.library.tags import insert_new, tag_slug
from app.library.thesaurus.book import read_book
from app.library.thesaurus.judging import Outcome, plan
from app.library.thesaurus.models import Act, TagDecision, tag_refused
from app.library.thesaurus.permissions import can_adopt_words
from app.library.thesaurus.saying import TermSaid, said_of
from app.library.thesaurus.writing import index_again, retag, write

JOB = "library.keyword_decided"
LONGEST_REASON = 400


def decide_on(
    by: User,
    tag: Tag,
    act: Act,
    *,
    said: TermSaid | None = None,
    target: Tag | None = None,
    lang: str = "fr",
    reason: str = "",
) -> TagDecision:
    """Decide of a word of a space: ``said`` is the term to make of it, ``target`` the one it joins.

    Raises RefusedError unless the person runs the space, DomainError when it has been decided or cannot be done.
    """
    lock(tag)
    can_adopt_words.require(by, tag.space)
    if tag.state != TagState.PROPOSED or decision_on(tag) is not None:
        raise DomainError(_l("Quelqu'un a déjà décidé de ce mot-clé."))
    decision = TagDecision(tag_id=tag.id, act=act, target_id=target.id if target else None, lang=lang, said={})
    if act is Act.ADOPT:
        decision.said = _checked(said or TermSaid.of(fr=tag.label)).plain
    elif act is Act.SYNONYM and target is not None:
        _checked(_with_synonym(target, tag, lang), is_new=False)
    db.session.add(decision)
    db.session.flush()
    answer = Answer.REFUSED if act is Act.REFUSE else Answer.ACCEPTED
    decide(decision, answer, by, JOB, reason=reason[:LONGEST_REASON])
    return decision


def _checked(said: TermSaid, *, is_new: bool = True) -> TermSaid:
    verdict = plan(read_book(), [said]).verdicts[0]
    if verdict.remarks:
        raise DomainError(verdict.detail)
    if is_new and verdict.outcome is not Outcome.CREATED:
        raise DomainError(_l("« %(name)s » est déjà un terme de la liste commune.", name=said.fr))
    return said


def _with_synonym(target: Tag, tag: Tag, lang: str) -> TermSaid:
    said = said_of(target, read_book())
    if lang == "en":
        return replace(said, alt_en=(*said.alt_en, tag.label))
    return replace(said, alt_fr=(*said.alt_fr, tag.label))


def decision_on(tag: Tag) -> TagDecision | None:
    """Return the decision on a word that has not taken effect yet."""
    found: TagDecision | None = db.session.scalar(select(TagDecision).where(TagDecision.tag_id == tag.id))
    return found


def take_back_decision(by: User, tag: Tag) -> None:
    """Forget the decision on a word. Raises RefusedError, and DomainError once it has taken effect."""
    lock(tag)
    can_adopt_words.require(by, tag.space)
    decision = decision_on(tag)
    if decision is None or not decision.is_undoable:
        raise DomainError(_l("La décision a déjà pris effet. Elle ne peut plus être annulée."))
    db.session.delete(decision)


@job(JOB, timeout=120)
def keyword_decided(payload: dict[str, Any]) -> None:
    """Put a decision into effect, unless it was taken back or whoever took it no longer runs the space."""
    with transaction():
        decision = db.session.get(TagDecision, payload["request"])
        if decision is None:
            return
        lock(decision)
        if not takes_effect(decision, payload):
            return
        by, word = db.session.get(User, decision.decided_by_id or 0), decision.tag
        stands = by is not None and word.state == TagState.PROPOSED and can_adopt_words(by, word.space)
        wanted = Wanted(decision.said, decision.target, decision.lang, decision.reason)
        act = Act(decision.act)
        db.session.delete(decision)
        db.session.flush()  # before its word is perhaps deleted, and the decision with it
        if by is not None and stands:
            _EFFECTS[act](by, word, wanted)


@dataclass(frozen=True)
class Wanted:
    """What a decision asks for."""

    said: dict[str, Any]
    target: Tag | None
    lang: str
    reason: str


def _adopt(by: User, word: Tag, wanted: Wanted) -> None:
    said, book = TermSaid.of(**wanted.said), read_book()
    if tag_slug(word.label) not in said.words:
        said = replace(said, hidden_fr=(*said.hidden_fr, word.label))
    made = plan(book, [said])
    if made.verdicts[0].outcome is Outcome.CREATED:
        word_id, space_id = word.id, word.space_id
        (term,) = write(by, book, made)
        retag({word_id: term.id}, forget=True)
        record("keyword.adopted", by, term, space_id=space_id)


def _add_synonym(by: User, word: Tag, wanted: Wanted) -> None:
    if wanted.target is None:
        return
    book, word_id, space_id = read_book(), word.id, word.space_id
    made = plan(book, [_with_synonym(wanted.target, word, wanted.lang)])
    if made.verdicts[0].outcome is not Outcome.REFUSED:  # the term may have got all the names it can meanwhile
        write(by, book, made)
        retag({word_id: wanted.target.id}, forget=True)
        record("keyword.synonym", by, wanted.target, space_id=space_id)


def _merge(by: User, word: Tag, wanted: Wanted) -> None:
    if wanted.target is not None:
        retag({word.id: wanted.target.id})
        word.state, word.merged_into_id = TagState.MERGED, wanted.target.id
        index_again([wanted.target])
        record("keyword.merged", by, word, space_id=word.space_id)


def _refuse(by: User, word: Tag, wanted: Wanted) -> None:
    _move_between(resource_tag, tag_refused, word)
    word.state, word.reason = TagState.REFUSED, wanted.reason[:LONGEST_REASON]
    index_again([word])
    record("keyword.refused", by, word, space_id=word.space_id, reason=word.reason)


def reinstate(by: User, tag: Tag) -> None:
    """Let a refused word wait again, on the resources that carried it. Raises RefusedError, DomainError."""
    lock(tag)
    can_adopt_words.require(by, tag.space)
    if tag.state != TagState.REFUSED:
        raise DomainError(_l("Ce mot-clé n'est pas écarté."))
    _move_between(tag_refused, resource_tag, tag)
    tag.state, tag.reason = TagState.PROPOSED, ""
    index_again([tag])
    record("keyword.reinstated", by, tag, space_id=tag.space_id)


def _move_between(old: Any, new: Any, tag: Tag) -> None:
    carried = list(db.session.scalars(select(old.c.resource_id).where(old.c.tag_id == tag.id)))
    if carried:
        db.session.execute(insert_new(new, [{"resource_id": one, "tag_id": tag.id} for one in carried]))
        db.session.execute(delete(old).where(old.c.tag_id == tag.id))


_EFFECTS = {Act.ADOPT: _adopt, Act.SYNONYM: _add_synonym, Act.MERGE: _merge, Act.REFUSE: _refuse}
