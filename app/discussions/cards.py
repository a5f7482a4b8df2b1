"""Cards of the things messages point to, for the rights of each reader: one call per slot for a whole page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from app.accounts.models import User
from app.core.slots import collect
from app.core.text import fill_placeholders, placeholders

Key = tuple[str, str]

#: A thing alone in its paragraph stands there as a card; within a sentence it is named by its title.
_ALONE = re.compile(r"(?<=<p>)(\[\[[a-z]+:[a-z0-9-]+\]\])(?=</p>)")


class Cards:
    """The cards one person may see, of all the things a page points to."""

    def __init__(self, person: User, keys: Iterable[Key]) -> None:
        wanted = list(dict.fromkeys(keys))
        self._cards: dict[Key, Any] = {}
        for given in collect("cards", person, wanted) if wanted else ():
            self._cards.update(given)

    @classmethod
    def of_texts(cls, person: User, texts: Iterable[str], more: Iterable[Key] = ()) -> Cards:
        """Return the cards of what some texts (HTML with placeholders) point to, and of some more things."""
        return cls(person, [*placeholders("\n".join(texts)), *more])

    def filled(self, html: str) -> Markup:
        """Return safe HTML with each placeholder made a card, or a link within a sentence, for what may be seen.

        What may not be seen, or is gone, leaves the same neutral words.
        """
        if "[[" not in html:
            return Markup(html)  # noqa: S704 - safe already: most texts point to nothing
        shown = (self._mention, self._card)  # the pattern leaves what stands alone at the odd places
        parts = (fill_placeholders(part, shown[n % 2]) for n, part in enumerate(_ALONE.split(html)))
        return Markup().join(parts)

    def get(self, key: Key) -> Any:
        """Return one card, None when this person may not see it or it is gone."""
        return self._cards.get(key)

    def seen(self, keys: Iterable[Key]) -> list[Any]:
        """Return the cards this person may see, in the order of the keys."""
        return [self._cards[key] for key in keys if key in self._cards]

    def _card(self, kind: str, public_id: str) -> Markup:
        return _drawn("card", self._cards.get((kind, public_id)))

    def _mention(self, kind: str, public_id: str) -> Markup:
        return _drawn("mention", self._cards.get((kind, public_id)))


def _drawn(form: str, card: Any) -> Markup:
    macro = get_template_attribute("discussions/parts.html", f"{'gone' if card is None else 'thing'}_{form}")
    return Markup(macro() if card is None else macro(card))  # noqa: S704 - a macro escapes
