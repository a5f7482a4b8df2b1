"""What is said of a page that was asked for: what came, or why nothing did and what to do then."""

from __future__ import annotations

from typing import Any

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.library.collecting.models import FetchedPage, PageState
from app.library.collecting.operations import NOT_ARTICLE, NOT_TAKEN, OFF

_UNREACHED = _l("L'autre site n'a pas répondu.")
_SENTENCES: dict[str, Any] = {
    OFF: _l("Ce site ne va pas chercher les pages d'autres sites : son administration ne l'a pas permis."),
    "address": _l("Cette adresse n'est pas celle d'une page du web."),
    "port": _l("Cette adresse n'est pas celle d'une page publique du web."),
    "inward": _l("Cette adresse, ou celle où elle renvoie, n'est pas publique : seul son réseau l'ouvre."),
    "unknown_name": _l("Aucun site ne répond à ce nom. Vérifiez l'adresse."),
    "redirects": _l("Cette page renvoie sans fin d'une adresse à l'autre."),
    "slow": _l("L'autre site répond trop lentement."),
    "silent": _UNREACHED,
    "cut": _l("L'autre site a interrompu sa réponse."),
    "certificate": _l("L'autre site ne prouve pas qui il est : son certificat n'est pas valable."),
    "closed": _l("L'autre site demande un abonnement ou refuse de montrer la page."),
    "gone": _l("Cette page n'existe pas, ou plus."),
    "trouble": _l("L'autre site est en panne ou refuse de répondre."),
    "not_page": _l("Cette adresse mène à autre chose qu'un article : une image, une vidéo, un programme."),
    "too_big": _l("Cette page est trop lourde pour un article."),
    NOT_TAKEN: _l("Cette adresse mène à un document qui ne peut pas être pris. Joignez-le vous-même."),
    "unreadable": _l("Cette page n'a pas pu être lue."),
}


def sentence_of(page: FetchedPage) -> tuple[str, str]:
    """Return the sentence for the person who asked, and its tone."""
    if page.state == PageState.FILE:
        return _("Le document qui se trouve à cette adresse est joint. Complétez ce que le formulaire demande."), "ok"
    if page.state == PageState.FOUND and page.refusal == NOT_ARTICLE:
        return _("Cette page ne ressemble pas à un article : vérifiez ce qui en a été repris."), "warn"
    if page.state == PageState.FOUND:
        return _("Voici ce que dit la page. Vérifiez chaque champ avant de publier."), "ok"
    why = str(_SENTENCES.get(page.refusal, _UNREACHED))
    return _("%(why)s Remplissez le formulaire à la main : l'adresse y est déjà.", why=why), "warn"
