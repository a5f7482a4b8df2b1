"""What may be made a rule: each refusal says in one sentence what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.extensions import db
from app.search.analysis import fold, is_stopword, tokens
from app.search.rules.compiled import Key, asked_key, ignored_form, key_of
from app.search.rules.models import RuleKind, SearchRule
from app.search.widening import LONGEST_NAME, MOST_NAMES

LONGEST = 80
SHOWN = 30
"""How many letters of what is too long its refusal repeats."""
MOST_FIRST = 3
"""How many things may come first for the same words: more would be a page of their own."""
MOST_RULES = {RuleKind.SYNONYMS: 1000, RuleKind.IGNORED: 300, RuleKind.FIRST: 300}

Said = dict[str, Any]


def in_force(kind: RuleKind, without: SearchRule | None = None) -> Sequence[SearchRule]:
    """Return the rules of a kind, in the order they were made; all but one when it is named."""
    query = select(SearchRule).where(SearchRule.kind == kind, SearchRule.removed_at.is_(None))
    if without is not None:
        query = query.where(SearchRule.id != without.id)
    return db.session.scalars(query.order_by(SearchRule.id)).all()


def check_room(kind: RuleKind) -> None:
    """Raise DomainError when there are as many rules of a kind as every search can bear."""
    query = select(func.count(SearchRule.id)).where(SearchRule.kind == kind, SearchRule.removed_at.is_(None))
    if (db.session.scalar(query) or 0) >= MOST_RULES[kind]:
        raise DomainError(
            _("La liste est pleine (%(most)s lignes). Retirez-en avant d'ajouter.", most=MOST_RULES[kind])
        )


def check_again(rule: SearchRule, said: Said) -> None:
    """Raise DomainError where what a rule would say anew can no more be said beside the rules made since."""
    others = in_force(RuleKind(rule.kind), rule)
    if rule.kind == RuleKind.SYNONYMS:
        synonyms_said(said["words"], one_way=said["one_way"], others=others)
    elif rule.kind == RuleKind.IGNORED:
        ignored_said(said["word"], others)
    else:
        first_said(said["words"], said["key"], others)


def synonyms_said(words: Iterable[str], *, one_way: bool, others: Sequence[SearchRule]) -> Said:
    """Return a group of names as it is kept. Raises DomainError: too few, too long, doubled, said already."""
    names = [" ".join(word.split()) for word in words if word.strip()]
    keys = [_checked_name(name) for name in names]
    for at, key in enumerate(keys):
        if key in keys[:at]:
            twin = names[keys.index(key)]
            raise DomainError(_("« %(one)s » et « %(two)s » sont déjà une même recherche.", one=twin, two=names[at]))
    if len(names) < 2:  # noqa: PLR2004 - a group is two at least
        raise DomainError(_("Écrivez deux mots ou expressions au moins, un par ligne."))
    if len(names) > MOST_NAMES:
        raise DomainError(_("Un groupe a %(most)s expressions au plus.", most=MOST_NAMES))
    _refuse_known_group(keys, one_way=one_way, others=others)
    return {"words": names, "one_way": one_way}


def _checked_name(name: str) -> Key:
    if len(name) > LONGEST or len(name.split()) > LONGEST_NAME:
        raise DomainError(
            _(
                "« %(name)s… » est trop long : %(letters)s caractères et %(words)s mots au plus.",
                name=name[:SHOWN],
                letters=LONGEST,
                words=LONGEST_NAME,
            )
        )
    key = key_of(name)
    if not key:
        raise DomainError(_("« %(name)s » n'a que des mots que la recherche ignore.", name=name))
    return key


def _refuse_known_group(keys: list[Key], *, one_way: bool, others: Sequence[SearchRule]) -> None:
    for other in others:
        known = [key_of(word) for word in other.said["words"]]
        same_way = other.said["one_way"] == one_way and (not one_way or known[0] == keys[0])
        if set(keys) <= set(known) and (same_way or not other.said["one_way"]):
            raise DomainError(_("Un groupe le dit déjà : « %(words)s ».", words=", ".join(other.said["words"])))


def ignored_said(text: str, others: Sequence[SearchRule]) -> Said:
    """Return a word to ignore as it is kept. Raises DomainError unless it is one word not ignored yet."""
    word = text.strip()
    found = list(tokens(word))
    if not found:
        raise DomainError(_("Écrivez un mot."))
    if len(found) > 1 or len(word) > LONGEST:
        raise DomainError(_("Écrivez un seul mot à la fois : « %(word)s » en a plusieurs.", word=word[:SHOWN]))
    form = fold(word[found[0].start : found[0].end])
    if is_stopword(form):
        raise DomainError(_("La recherche ignore déjà « %(word)s » : c'est un mot de la grammaire.", word=word))
    if any(ignored_form(other.said["word"]) == ignored_form(form) for other in others):
        raise DomainError(_("« %(word)s » est déjà dans la liste (le pluriel compte comme le singulier).", word=word))
    return {"word": word[found[0].start : found[0].end]}


def first_said(words: str, key: str, others: Sequence[SearchRule]) -> Said:
    """Return « these words: this thing first » as it is kept. Raises DomainError when it says nothing, or said."""
    asked = " ".join(words.split())
    if len(asked) > LONGEST:
        raise DomainError(
            _("« %(name)s… » est trop long : %(letters)s caractères au plus.", name=asked[:SHOWN], letters=LONGEST)
        )
    wanted = asked_key(asked.split(), frozenset())
    if not wanted:
        raise DomainError(_("Écrivez les mots cherchés : un mot au moins que la recherche n'ignore pas."))
    same = [other for other in others if asked_key(other.said["words"].split(), frozenset()) == wanted]
    if any(other.said["key"] == key for other in same):
        raise DomainError(_("Cette page est déjà en tête pour ces mots."))
    if len(same) >= MOST_FIRST:
        raise DomainError(_("%(most)s pages sont déjà en tête pour ces mots. Retirez-en une d'abord.", most=MOST_FIRST))
    return {"words": asked, "key": key}
