"""What is said to the person who sent a file: why it is refused, or what could be read in it and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import format_number, format_size, ngettext
from app.core.i18n import gettext as _

if TYPE_CHECKING:
    from .refusals import NotAccepted
    from .results import Summary


def refusal_sentence(refusal: NotAccepted) -> str:
    """Return the sentence, in the reader's language, that tells why a file is not taken in and what to do."""
    details = refusal.details
    extension = details.get("extension", "")
    return {
        "empty": lambda: _("Ce fichier est vide."),
        "no_extension": lambda: _("Le nom de ce fichier n'a pas d'extension : ajoutez-la, par exemple « .pdf »."),
        "unknown_extension": lambda: _("Les fichiers « .%(extension)s » ne sont pas acceptés.", extension=extension),
        "forbidden_extension": lambda: _(
            "Les fichiers « .%(extension)s » ne sont pas acceptés, par sécurité.", extension=extension
        ),
        "disagrees": lambda: _(
            "Le contenu de ce fichier ne correspond pas à son extension « .%(extension)s ».", extension=extension
        ),
        "macros": lambda: _("Ce fichier contient des macros : enregistrez-le sans elles, puis envoyez-le à nouveau."),
        "encrypted": lambda: _("Ce fichier est protégé par un mot de passe : envoyez une version sans protection."),
        "damaged": lambda: _("Ce fichier est abîmé ou incomplet. Vérifiez qu'il s'ouvre sur votre poste."),
        "too_many_entries": lambda: _("Ce fichier contient trop d'éléments pour être ouvert sans risque."),
        "unpacks_too_large": lambda: _(
            "Une fois décompressé, ce fichier prendrait trop de place (%(size)s).",
            size=format_size(int(details.get("unpacked", 0))),
        ),
        "too_many_pixels": lambda: _(
            "Cette image est trop grande : %(most)s millions de pixels au plus.",
            most=format_number(int(details.get("most", 0)) // 1_000_000),
        ),
    }[refusal.reason]()


def status_sentence(summary: Summary, unit: str) -> str:
    """Return the sentence that tells what could be read; `unit` is page, slide, sheet, passage or empty."""
    if summary.status == "searchable":
        return searchable_sentence(summary.page_count, unit)
    return {
        "partial": lambda: _("Ce fichier n'a pu être lu qu'en partie : la recherche n'en connaît pas tout le texte."),
        "image_only": lambda: _(
            "Ce fichier ne contient que des images : la recherche ne peut pas encore y trouver de mots."
        ),
        "protected": lambda: _(
            "Ce fichier est protégé par un mot de passe : la recherche ne peut pas le lire. "
            "Déposez-en une version sans protection."
        ),
        "unreadable": lambda: _(
            "Ce fichier n'a pas pu être lu : il est peut-être abîmé. Il reste disponible au téléchargement."
        ),
        "too_big": lambda: _("Ce fichier est trop lourd à lire : il reste disponible, sans recherche dans son texte."),
        "empty": lambda: _("Ce fichier ne contient aucun texte."),
    }[summary.status]()


def searchable_sentence(count: int, unit: str) -> str:
    """Return "14 pages, texte consultable par la recherche", in the unit of the document."""
    if unit == "page":
        return ngettext(
            "%(num)s page, dont le texte est dans la recherche.",
            "%(num)s pages, dont le texte est dans la recherche.",
            count,
        )
    if unit == "slide":
        return ngettext(
            "%(num)s diapositive, dont le texte est dans la recherche.",
            "%(num)s diapositives, dont le texte est dans la recherche.",
            count,
        )
    return _("Le texte de ce fichier est dans la recherche.")
