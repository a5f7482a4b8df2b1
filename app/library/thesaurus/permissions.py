"""Who keeps the thesaurus: administrators structure it, facilitators decide of the words of their spaces."""

from __future__ import annotations

from sqlalchemy import false, true

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.spaces.permissions import can_moderate_space

keeps_thesaurus = Rule(
    "keeps_thesaurus",
    _l("la personne administre le site"),
    lambda person, _thing: bool(person.is_admin and person.is_member),
    lambda person: true() if person.is_admin and person.is_member else false(),
    otherwise=_l("la personne n'administre pas le site"),
    joined="and",
    title=_l("Tenir la liste commune des mots-clés"),
)


#: Asked of the space where the words are used.
can_adopt_words = can_moderate_space.called(
    _l("la personne décide des mots-clés proposés dans l'espace"), _l("Décider des mots-clés proposés dans un espace")
)


def require_keeper(by: User | None) -> None:
    """Raise RefusedError unless a person keeps the thesaurus; a command on the host does."""
    if by is not None:
        keeps_thesaurus.require(by, None)
