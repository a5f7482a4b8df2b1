"""What we tell a person whose question could not be taken quite as typed."""

from __future__ import annotations

from app.core.i18n import gettext as _
from app.search.query import MAX_LENGTH, MAX_PREFIXES, MAX_TERMS, SHORTEST_PREFIX, Field, Filter, Hint


def of_unknown(one: Filter) -> str:
    """Return the sentence for a filter whose value the reader knows nothing of, whether or not others do."""
    value = one.value
    sentences = {
        Field.KIND: _("Aucun type de document ne s’appelle « %(value)s ».", value=value),
        Field.SPACE: _("Vous n’avez accès à aucun espace nommé « %(value)s ».", value=value),
        Field.TAG: _("Rien de ce que vous pouvez lire ne porte le mot-clé « %(value)s ».", value=value),
        Field.CITY: _("Rien de ce que vous pouvez lire ne vient de « %(value)s ».", value=value),
        Field.AUTHOR: _("Rien de ce que vous pouvez lire n’est de « %(value)s ».", value=value),
        Field.YEAR: _("Rien de ce que vous pouvez lire ne date de %(value)s.", value=value),
        Field.LANG: _("Rien de ce que vous pouvez lire n’est dans la langue « %(value)s ».", value=value),
    }
    return sentences[one.field]


def sentence(hint: Hint) -> str:
    """Return the sentence for a hint, in the reader's language."""
    sentences = {
        Hint.TOO_LONG: _("Recherche trop longue : seuls les %(n)s premiers caractères ont été lus.", n=MAX_LENGTH),
        Hint.TOO_MANY_TERMS: _("Seuls les %(n)s premiers mots ont été cherchés.", n=MAX_TERMS),
        Hint.TOO_MANY_PREFIXES: _("Au plus %(n)s mots peuvent finir par une étoile (*).", n=MAX_PREFIXES),
        Hint.SHORT_PREFIX: _("Une étoile (*) demande au moins %(n)s lettres devant elle.", n=SHORTEST_PREFIX),
        Hint.UNCLOSED_QUOTE: _("Un guillemet n’est pas fermé : les mots ont été cherchés séparément."),
        Hint.STAR: _("Une étoile (*) ne se place qu’à la fin d’un mot : elle a été laissée de côté."),
        Hint.BRACKETS: _("Les parenthèses ne vont pas par deux : la question a été lue au mieux."),
        Hint.OPERATOR: _("ET et OU relient deux mots ; il en manque un."),
        Hint.LEAVING_OUT: _(
            "Pour écarter un mot, mettez un tiret juste devant : -mot. NOT et SAUF sont cherchés tels quels."
        ),
        Hint.UNKNOWN_FIELD: _("Ce qui précède « : » n’est pas un filtre connu : il a été cherché comme un mot."),
        Hint.EMPTY_FIELD: _("Un filtre demande une valeur juste après « : » ; il a été cherché comme un mot."),
        Hint.YEAR: _("Une année s’écrit 2021 ou 2019..2021 ; elle a été cherchée comme un mot."),
        Hint.UNREADABLE: _("Il n’y a pas de mot à chercher. Essayez avec un mot du sujet."),
    }
    return sentences[hint]
