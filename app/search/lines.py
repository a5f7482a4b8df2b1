"""How a result is shown: its line in the list with its passages, and what is read of it beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from app.core.i18n import gettext as _
from app.search.catalogue import PART_SIZE
from app.search.passages import every_place, peek_at
from app.search.results import Place, Result
from app.search.sources import Card, kind_label
from app.search.terms import Clause


@dataclass(frozen=True)
class Showing:
    """What the page shows of its results: the words typed, the result unfolded, the one read beside."""

    typed: str
    marked: tuple[Clause, ...] = ()
    unfolded: str = ""
    peeked: str = ""


@dataclass(frozen=True)
class Links:
    """The addresses of the page with a result unfolded, and with it read beside."""

    unfold: str
    peek: str


@dataclass(frozen=True)
class Shown:
    """A passage as the component takes it: its address, where it stands (« Page 4 »), its words, hits marked."""

    url: str
    place: str
    html: Markup


@dataclass(frozen=True)
class Line:
    """One result as the page shows it: where its title leads, its passages, how many are left and where they are."""

    result: Result
    kind_label: str
    url: str
    passages: list[Shown]
    more: int
    links: Links
    #: Where the passages that unfolding leaves out are seen.
    all_url: str = ""


@dataclass(frozen=True)
class Beside:
    """What is read of a result beside the list."""

    line: Line
    head: str
    count: str
    text: Markup
    lang: str | None
    open_url: str
    open_label: str
    talk_url: str


def line_of(result: Result, showing: Showing, links: Links) -> Line:
    """Return a result as a line; the one unfolded with all its passages."""
    card = result.card
    words = showing.typed if card.marks_words else ""
    unfolds = bool(result.more and card.public_id and card.public_id == showing.unfolded)
    places = every_place(result, showing.marked) if unfolds else result.places
    url = _with_words(result.url, words)
    own = [Shown(url, "", result.snippet)] if result.snippet else []
    passages = [Shown(_with_words(place.url, words), where(place), place.snippet) for place in places]
    more = max(0, result.places_total - len(places))
    return Line(result, kind_label(card.kind), url, passages or own, more, links, url if unfolds else "")


def _with_words(url: str, words: str) -> str:
    """Let a page mark the words that led to it."""
    if not words:
        return url
    page, sign, place = url.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{urlencode({'q': words})}{sign}{place}"


def where(place: Place) -> str:
    """Return where a passage stands, in words."""
    if place.label:
        return place.label
    n = place.n
    units = {"page": _("Page %(n)s", n=n), "slide": _("Diapositive %(n)s", n=n), "sheet": _("Feuille %(n)s", n=n)}
    return units.get(place.unit) or _("Passage %(n)s", n=n)


def peek_beside(lines: Sequence[Line], showing: Showing) -> Beside | None:
    """Return what is read beside the list: the result asked for, or else the first; None where there is none."""
    line = next((one for one in lines if one.result.card.public_id == showing.peeked), None) or next(iter(lines), None)
    if line is None:
        return None
    card, peek = line.result.card, peek_at(line.result, showing.marked)
    place = where(peek.place) if peek.place else ""
    return Beside(
        line=line,
        head=_of_how_many(place, peek.place),
        count=_("Passage 1 sur %(total)s", total=peek.places_total) if peek.places_total > 1 else "",
        text=peek.text,
        lang=card.lang,
        open_url=line.url,
        open_label=_open_label(place, peek.place),
        talk_url=_talk(card, line.url),
    )


def _of_how_many(place: str, standing: Place | None) -> str:
    if standing is None or standing.pages < 2:  # noqa: PLR2004 - one page is no « page 1 sur 1 »
        return place
    return _("%(place)s sur %(pages)s", place=place, pages=standing.pages)


def _open_label(place: str, standing: Place | None) -> str:
    if standing is not None and standing.unit == "page":
        return _("Ouvrir à la page %(n)s", n=standing.n % PART_SIZE)
    return _("Ouvrir : %(place)s", place=place) if place else _("Ouvrir")


def _talk(card: Card, url: str) -> str:
    return f"{url.partition('#')[0]}#{card.talk}" if card.talk else ""
