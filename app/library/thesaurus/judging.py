"""What would become of terms said in a list: decided once, for a trial as for the work itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.library.models import Tag
from app.library.tags import LONGEST_TAG, tag_slug
from app.library.thesaurus.book import MOST_LEVELS, Book, Links
from app.library.thesaurus.models import NAMES
from app.library.thesaurus.saying import LISTS, LONGEST_NOTE, MOST_NAMES, SEPARATORS, TermSaid, said_of


class Outcome(enum.StrEnum):
    """What becomes of a term of a list."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    TWICE = "twice"
    REFUSED = "refused"


#: Letters shown of what is too long, and how many such texts of one term are named.
SHOWN, MOST_SAID = 40, 3
DOES = frozenset({Outcome.CREATED, Outcome.UPDATED})
BEFORE = {Outcome.CREATED: _l("sera ajouté"), Outcome.UPDATED: _l("sera modifié")}
AFTER = {
    Outcome.CREATED: _l("ajouté"),
    Outcome.UPDATED: _l("modifié"),
    Outcome.UNCHANGED: _l("déjà tel quel"),
    Outcome.TWICE: _l("même mot-clé que plus haut"),
    Outcome.REFUSED: _l("ne peut pas être importé"),
}


def heading(outcome: str, *, done: bool) -> str:
    """Return the words for one row, and for all rows of one outcome together."""
    known = Outcome(outcome)
    return str(AFTER[known] if done else BEFORE.get(known, AFTER[known]))


@dataclass
class Verdict:
    """What is decided of one term: who it is (a key of the book, negative while it is new), and what is left aside."""

    n: int
    said: TermSaid
    outcome: Outcome
    key: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def detail(self) -> str:
        """What was left aside and why, as one text."""
        return " ".join(self.remarks)


@dataclass
class Plan:
    """The verdicts on a list, and the links of the thesaurus as they would be after it."""

    verdicts: list[Verdict]
    broader: Links
    related: Links


def plan(book: Book, rows: Sequence[TermSaid]) -> Plan:
    """Return what would become of each term of a list, in its order.

    A term is known again by its id, else by its French label. What the list says of it replaces what stood there. A
    word that already names another term is left aside; a broader term that would close a circle too.
    """
    owners, seen = dict(book.words), dict[int, int]()
    by_id = {tag.public_id: tag for tag in book.terms.values()}
    verdicts = [_whom(n, row, book, by_id, seen) for n, row in enumerate(rows, 1)]
    _name_all([one for one in verdicts if one.key], book, owners)
    keys = {
        **{public_id: tag.id for public_id, tag in by_id.items()},
        **{one.said.id: one.key for one in verdicts if one.said.id and one.key},
    }
    made = Plan(verdicts, *_links([one for one in verdicts if one.outcome in DOES], book, owners, keys))
    for one in verdicts:
        if one.outcome is Outcome.UPDATED and _is_same(one, book, made):
            one.outcome = Outcome.UNCHANGED
    return made


def _whom(n: int, row: TermSaid, book: Book, by_id: dict[str, Tag], seen: dict[Any, int]) -> Verdict:
    if not tag_slug(row.fr) or not any(sign.isalnum() for sign in row.fr):
        return Verdict(n, row, Outcome.REFUSED, remarks=[_("Il manque le libellé français.")])
    if any(sign in row.fr for sign in SEPARATORS):
        return Verdict(
            n, row, Outcome.REFUSED, remarks=[_("Un mot-clé ne contient ni virgule, ni point-virgule, ni barre.")]
        )
    if too_long := _too_long(row):
        return Verdict(n, row, Outcome.REFUSED, remarks=too_long)
    term = by_id.get(row.id) or next(
        (one for one in [book.called(row.fr)] if one and one.slug == tag_slug(row.fr)), None
    )
    key = term.id if term else -n
    who = term.id if term else tag_slug(row.fr)
    if who in seen:
        return Verdict(n, row, Outcome.TWICE, remarks=[_("Voir la ligne %(number)s.", number=seen[who])])
    seen[who] = n
    return Verdict(n, row, Outcome.UPDATED if term else Outcome.CREATED, key)


def _too_long(row: TermSaid) -> list[str]:
    """Return what is longer than a term may say, as the form says it: nothing of it is cut in silence."""
    if len(row.fr) > LONGEST_TAG:
        return [_("Ce texte est trop long : %(max)d caractères au plus.", max=LONGEST_TAG)]
    bounds = [(row.en, LONGEST_TAG), (row.note_fr, LONGEST_NOTE), (row.note_en, LONGEST_NOTE)]
    bounds += [(name, LONGEST_TAG) for kind in NAMES for name in getattr(row, kind)]
    long = [
        _("« %(name)s… » est trop long : %(letters)s caractères au plus.", name=text[:SHOWN], letters=most)
        for text, most in bounds
        if len(text) > most
    ]
    if any(len(getattr(row, kind)) > MOST_NAMES for kind in LISTS):
        long.append(
            _(
                "Ce terme a trop de synonymes, de graphies ou de voisins : %(most)s de chaque sorte au plus.",
                most=MOST_NAMES,
            )
        )
    return long[:MOST_SAID]


def _name_all(verdicts: Sequence[Verdict], book: Book, owners: dict[str, int]) -> None:
    """Give each term its words: French labels first, so that no synonym takes a label before it; then the rest."""
    spoken = {one.key for one in verdicts}
    for slug, owner in list(owners.items()):
        if owner in spoken:
            del owners[slug]
    for one in verdicts:
        other = owners.setdefault(tag_slug(one.said.fr), one.key)
        if other != one.key:
            one.outcome = Outcome.REFUSED
            one.remarks.append(_taken(one.said.fr, _label(other, book, verdicts)))
    for one in [one for one in verdicts if one.outcome in DOES]:
        kept: dict[str, Any] = {}
        for kind in ("en", *NAMES):
            given = [one.said.en] if kind == "en" else list(getattr(one.said, kind))
            names = [name for name in given if name and _may_name(one, name, owners, book, verdicts)]
            kept[kind] = (names[0] if names else "") if kind == "en" else tuple(names)
        one.said = replace(one.said, **kept)


def _may_name(one: Verdict, name: str, owners: dict[str, int], book: Book, verdicts: Sequence[Verdict]) -> bool:
    if any(sign in name for sign in SEPARATORS):
        one.remarks.append(_("« %(name)s » est laissé de côté : ni virgule, ni point-virgule, ni barre.", name=name))
        return False
    other = owners.setdefault(tag_slug(name), one.key)
    if other != one.key:
        one.remarks.append(_taken(name, _label(other, book, verdicts)))
    return other == one.key


def _taken(name: str, label: str) -> str:
    return _("« %(name)s » désigne déjà le mot-clé « %(label)s ».", name=name, label=label)


def _label(key: int, book: Book, verdicts: Sequence[Verdict]) -> str:
    said = next((one.said.fr for one in verdicts if one.key == key), "")
    return said or (book.terms[key].name if key in book.terms else "")


def _links(
    verdicts: Sequence[Verdict], book: Book, owners: dict[str, int], keys: dict[str, int]
) -> tuple[Links, Links]:
    after = Book(broader={one: set(above) for one, above in book.broader.items()})
    related = {one: set(others) for one, others in book.related.items()}
    for one in verdicts:
        after.broader[one.key] = set()
        for other in related.pop(one.key, set()):
            related.get(other, set()).discard(one.key)
    known = {one.key for one in verdicts} | set(book.terms)

    def meant(name: str) -> int:
        key = keys.get(name) or owners.get(tag_slug(name), 0)
        return key if key in known else 0

    below = after.narrower()
    for one in verdicts:
        _place(one, after, below, meant)
        for name in one.said.related:
            other = meant(name)
            if other in {0, one.key}:
                one.remarks.append(_("Le terme associé « %(name)s » n'existe pas.", name=name))
                continue
            related.setdefault(one.key, set()).add(other)
            related.setdefault(other, set()).add(one.key)
    return after.broader, related


def _place(one: Verdict, after: Book, below: Links, meant: Callable[[str], int]) -> None:
    """Place a term under those it names, as long as no circle is closed and nothing stands too low."""
    for name in one.said.broader:
        other = meant(name)
        if not other:
            one.remarks.append(_("Le terme plus large « %(name)s » n'existe pas.", name=name))
        elif after.would_circle(one.key, other):
            one.remarks.append(_("« %(name)s » est déjà plus étroit : le cercle n'est pas fermé.", name=name))
        elif after.would_sink(one.key, other, below):
            sentence = _("Sous « %(name)s », il y aurait plus de %(most)s niveaux.", name=name, most=MOST_LEVELS)
            one.remarks.append(sentence)
        else:
            after.broader[one.key].add(other)
            below[other].add(one.key)


def _is_same(one: Verdict, book: Book, made: Plan) -> bool:
    before = replace(said_of(book.terms[one.key], book), broader=(), related=(), id="")
    links = all(
        set(now.get(one.key, ())) == set(then.get(one.key, ()))
        for now, then in ((made.broader, book.broader), (made.related, book.related))
    )
    return links and before == replace(one.said, broader=(), related=(), id="")
