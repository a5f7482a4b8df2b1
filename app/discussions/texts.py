"""The text of a message: what may be said, how it is rendered, and the things it points to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, has_request_context, request
from markupsafe import Markup

from app.core.errors import DomainError, TooLargeError
from app.core.i18n import lazy_gettext as _l
from app.core.text import RENDERER_VERSION, clean_text, is_blank, one_line, render_markdown, typographic
from app.discussions.models import Post
from app.spaces.models import LONGEST_TITLE

LONGEST_POST = 30_000  # characters
LONGEST_REASON = 400
EMPTY_TEXT = _l("Écrivez votre message avant de le publier.")
EMPTY_TITLE = _l("Donnez un titre : la question, en une phrase.")
LONG_TEXT = _l("Ce message est trop long : 30 000 caractères au plus. Déposez plutôt un document dans les ressources.")
LONG_TITLE = _l("Ce titre est trop long : 300 caractères au plus.")

# An address of a resource alone on its line: what people paste. The site's own address may stand before it.
_PASTED = re.compile(
    r"^[ \t]*(?P<site>https?://[^/\s]+)?/ressources/(?P<id>[a-z2-7]{10})(?:-[\w-]*)?(?:[?#]\S*)?[ \t]*$", re.MULTILINE
)
#: An address with the words of a title behind the id, which whoever may not open it would read.
_SLUGGED = re.compile(
    r"(?P<short>(?:(?P<site>https?://[^/\s]+)|(?<![\w/.:-]))/(?:ressources|discussions|dossiers)/[a-z2-7]{10})-[\w-]+"
)
_PLACEHOLDER = re.compile(r"\[\[[a-z]+:[a-z0-9-]+\]\]")


@dataclass(frozen=True)
class Written:
    """A text ready to be kept: its source as typed (cleaned) and its safe HTML, cards still placeholders."""

    source: str
    html: str


def source_to_keep(source: str) -> str:
    """Return a source as typed, cleaned, but for the slugs of this site's addresses, which lead there without."""
    own = own_addresses()

    def shortened(found: re.Match[str]) -> str:
        return found["short"] if found["site"] is None or found["site"] in own else found[0]

    return _SLUGGED.sub(shortened, clean_text(source).strip("\n"))


def checked_source(source: str) -> str:
    """Return the source to keep. Raises DomainError when it says nothing, TooLargeError when it is too long."""
    source = source_to_keep(source)
    if is_blank(source):
        raise DomainError(EMPTY_TEXT)
    if len(source) > LONGEST_POST:
        raise TooLargeError(LONG_TEXT)
    return source


def checked_title(title: str) -> str:
    """Return the title to keep, on one line. Raises DomainError when it is empty, TooLargeError when it is too long."""
    title = one_line(title)
    if not title:
        raise DomainError(EMPTY_TITLE)
    if len(title) > LONGEST_TITLE:
        raise TooLargeError(LONG_TITLE)
    return title


def written(source: str, lang: str = "fr") -> Written:
    """Return a text ready to be kept. Views call it before they open the transaction, where it is then at hand.

    Raises DomainError or TooLargeError as ``checked_source``.
    """
    return Written(kept := checked_source(source), _rendered(kept, lang, own_addresses()))


def html_of(post: Post) -> Markup:
    """Return the safe HTML of a post: the kept one, or made anew in memory when the renderer has changed since."""
    if post.renderer_version >= RENDERER_VERSION:
        return Markup(post.html)  # noqa: S704 - kept as render_markdown gave it
    return Markup(_rendered(post.source, post.lang, own_addresses()))  # noqa: S704 - same


def own_addresses() -> frozenset[str]:
    """Return the beginnings of the addresses of this site: the one of the settings, and the one being visited."""
    known = {str(current_app.config["SETTINGS"].public_url)}
    if has_request_context():
        known.add(request.host_url.rstrip("/"))
    return frozenset(known)


@lru_cache(maxsize=64)
def _rendered(source: str, lang: str, own: frozenset[str]) -> str:
    html = render_markdown(with_cards(source, own))
    return str(typographic(html)) if lang == "fr" else html


def with_cards(source: str, own: frozenset[str]) -> str:
    """Return the source with each pasted address of a resource, alone on its line, made a placeholder."""

    def shown(found: re.Match[str]) -> str:
        site = found["site"]
        return f"[[resource:{found['id']}]]" if site is None or site in own else found[0]

    return _PASTED.sub(shown, source)


def quotation(author: str, source: str) -> str:
    """Return the Markdown that quotes a message, ready to be answered."""
    lines = [f"**{author}**", *source.strip().splitlines()]
    return "".join(f"> {line}\n" for line in lines if not line.startswith(">")) + "\n"


def said(value: Any) -> str:
    """Return a reason or any short sentence, cleaned and cut to what is kept."""
    return one_line(str(value or ""))[:LONGEST_REASON]


def without_placeholders(text: str) -> str:
    """Return a text without the marks that stand for cards, for excerpts and for search."""
    return _PLACEHOLDER.sub(" […] ", text)
