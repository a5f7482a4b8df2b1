"""What may be done with a person's account: each act explained before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.accounts.managing import (
    end_sessions_of,
    hold,
    lift_waits,
    reopen_account,
    reset_factor,
    send_password_link,
    set_administrator,
)
from app.accounts.models import User
from app.accounts.organisations.operations import set_referent
from app.accounts.queries import has_second_factor, may_do_without_factor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.spaces.departures import STAY, become_guest, close_person, spaces_run_alone
from app.spaces.invitations.accepting import become_member


@dataclass(frozen=True)
class Asked:
    """An act as it was sent: on whom, by whom, on which version of the account, and whether a warning was accepted."""

    user: User
    by: User
    edit_version: int
    accepted: bool = False


@dataclass(frozen=True)
class Act:
    """One thing an administrator does with an account.

    ``offered`` tells whether it makes sense now; ``explains`` gives the sentences shown before; ``warns`` those that
    must be accepted by a ticked box, when there are any; ``does`` it, inside a transaction; ``said`` is said after.
    What is only for others (``for_others``) is not offered on one's own account.
    """

    title: object
    button: object
    said: object
    offered: Callable[[User], bool]
    explains: Callable[[User], Iterable[str]]
    does: Callable[[Asked], None]
    warns: Callable[[User], Iterable[str]] = lambda _user: ()
    icon: str = "settings"
    is_grave: bool = False
    for_others: bool = False

    def is_offered(self, user: User, by: User) -> bool:
        """Tell whether the act makes sense now, on this account, for who would do it."""
        return self.offered(user) and not (self.for_others and user.id == by.id)


def _is_open(user: User) -> bool:
    return user.disabled_at is None


def _is_closed(user: User) -> bool:
    return user.disabled_at is not None


def _may_speak_for_a_city(user: User) -> bool:
    return _is_open(user) and user.is_member and user.organisation is not None and not user.is_referent


def _named(user: User) -> list[str]:
    return [
        _("%(name)s verra et changera tous les comptes, les espaces, les réglages et le journal.", name=user.name),
        _("Pour lire un espace privé, il lui faudra y entrer avec un motif, comme à tout administrateur."),
    ]


def _closed(_user: User) -> list[str]:
    return [
        _("La personne est déconnectée partout, tout de suite, et ne peut plus s'identifier."),
        _("Ce qu'elle a écrit et partagé reste, sous son nom. Le compte peut être rouvert."),
    ]


def _orphans(user: User) -> list[str]:
    names = ", ".join(_("« %(name)s »", name=one.name) for one in spaces_run_alone(user))
    return (
        [_("Plus personne n'animera %(spaces)s : confiez plutôt l'animation d'abord.", spaces=names)] if names else []
    )


def _guest(_user: User) -> list[str]:
    return [
        _("La personne ne voit plus que ses espaces actuels, pendant %(days)s jours.", days=STAY.days),
        _("Elle perd les autres espaces ouverts, ce qui est partagé avec tout le réseau et l'annuaire."),
        _("Elle n'anime plus aucun espace et n'est plus référente. « Invité » s'affiche à côté de son nom."),
        _("Ce qu'elle a écrit et partagé reste."),
    ]


def _member(_user: User) -> list[str]:
    return [
        _("La personne verra tous les espaces ouverts, ce qui est partagé avec le réseau, et l'annuaire."),
        _("Ses places dans les espaces que vous gérez n'ont plus de fin."),
    ]


def _referent(user: User) -> list[str]:
    place = user.organisation.name if user.organisation else ""
    return [
        _("%(name)s pourra inviter ses collègues de %(place)s dans le réseau.", name=user.name, place=place),
        _("Les demandes d'accès reconnues à l'adresse de cette collectivité lui seront aussi soumises."),
    ]


def _without_factor(user: User) -> list[str]:
    told = [
        _("La connexion en deux étapes de %(name)s est arrêtée : le mot de passe suffira.", name=user.name),
        _("Sa clé et ses codes de secours ne servent plus. La personne est déconnectée de tous ses appareils."),
        _("Un courriel l'en avertit, et le journal le garde."),
        _("Assurez-vous d'abord, de vive voix, que la demande vient bien d'elle."),
    ]
    if not may_do_without_factor(user):
        told.insert(1, _("Son rôle la demande : il faudra la remettre en place dès la prochaine connexion."))
    return told


def _do_referent(asked: Asked, *, given: bool) -> None:
    hold(asked.user, asked.edit_version)
    set_referent(asked.user, asked.by, given=given)


def _do_member(asked: Asked) -> None:
    hold(asked.user, asked.edit_version)
    become_member(asked.user, by=asked.by)


def _do_close(asked: Asked) -> None:
    close_person(asked.user, by=asked.by, edit_version=asked.edit_version, orphans=asked.accepted)


#: Every act by the last part of its address. The order is that of the page.
ACTS = {
    "lien": Act(
        _l("Envoyer un lien pour choisir un mot de passe"),
        _l("Envoyer le lien"),
        _l("Le lien est parti."),
        _is_open,
        lambda user: [
            _("Un lien valable une heure part à %(email)s. Le mot de passe actuel reste valable.", email=user.email)
        ],
        lambda asked: send_password_link(asked.user, by=asked.by),
        icon="mail",
    ),
    "essais": Act(
        _l("Lever l'attente après des essais manqués"),
        _l("Lever l'attente"),
        _l("La personne peut essayer de nouveau."),
        _is_open,
        lambda _user: [_("La personne peut essayer de nouveau tout de suite, sans attendre la fin du délai.")],
        lambda asked: lift_waits(asked.user, by=asked.by),
        icon="clock",
    ),
    "sessions": Act(
        _l("Fermer ses sessions"),
        _l("Fermer toutes ses sessions"),
        _l("La personne est déconnectée partout."),
        _is_open,
        lambda _user: [_("La personne est déconnectée de tous ses appareils et devra s'identifier de nouveau.")],
        lambda asked: end_sessions_of(asked.user, by=asked.by),
        icon="logout",
    ),
    "referent": Act(
        _l("Nommer référent de sa collectivité"),
        _l("Nommer référent"),
        _l("La personne est maintenant référente de sa collectivité."),
        _may_speak_for_a_city,
        _referent,
        lambda asked: _do_referent(asked, given=True),
        icon="person-add",
    ),
    "retirer-referent": Act(
        _l("Retirer le rôle de référent"),
        _l("Retirer ce rôle"),
        _l("La personne n'est plus référente de sa collectivité."),
        lambda user: user.is_referent,
        lambda user: [
            _("%(name)s n'invitera plus ses collègues et ne répondra plus à leurs demandes d'accès.", name=user.name),
            _("Ses invitations qui attendent encore ne suffiront plus à faire entrer quelqu'un."),
        ],
        lambda asked: _do_referent(asked, given=False),
        icon="person-add",
    ),
    "invite": Act(
        _l("Faire de cette personne une invitée"),
        _l("En faire une invitée"),
        _l("La personne est maintenant invitée."),
        lambda user: user.is_member and not user.is_admin,
        _guest,
        lambda asked: become_guest(asked.user, by=asked.by, edit_version=asked.edit_version),
        icon="globe",
        is_grave=True,
    ),
    "membre": Act(
        _l("Faire de cette personne une membre du réseau"),
        _l("En faire une membre"),
        _l("La personne est maintenant membre du réseau."),
        lambda user: user.is_guest and user.disabled_at is None,
        _member,
        _do_member,
        icon="people",
    ),
    "fermer": Act(
        _l("Fermer le compte"),
        _l("Fermer le compte"),
        _l("Le compte est fermé."),
        _is_open,
        _closed,
        _do_close,
        _orphans,
        icon="lock",
        is_grave=True,
    ),
    "rouvrir": Act(
        _l("Rouvrir le compte"),
        _l("Rouvrir le compte"),
        _l("Le compte est ouvert."),
        _is_closed,
        lambda _user: [
            _("La personne peut de nouveau s'identifier, avec son mot de passe et ses places dans les espaces.")
        ],
        lambda asked: reopen_account(asked.user, by=asked.by, edit_version=asked.edit_version),
        icon="key",
    ),
}

#: Acts for which the password is asked again.
GRAVE_ACTS = {
    "deux-etapes": Act(
        _l("Remettre à zéro sa connexion en deux étapes"),
        _l("Remettre à zéro"),
        _l("La connexion en deux étapes est remise à zéro, et la personne est avertie."),
        lambda user: _is_open(user) and has_second_factor(user),
        _without_factor,
        lambda asked: reset_factor(asked.user, by=asked.by, edit_version=asked.edit_version),
        icon="refresh",
        is_grave=True,
        for_others=True,
    ),
    "administration": Act(
        _l("Confier l'administration"),
        _l("Confier l'administration"),
        _l("La personne administre maintenant le réseau."),
        lambda user: user.is_member and not user.is_admin,
        _named,
        lambda asked: set_administrator(asked.user, is_admin=True, by=asked.by, edit_version=asked.edit_version),
        icon="key",
        is_grave=True,
    ),
    "retirer-administration": Act(
        _l("Retirer l'administration"),
        _l("Retirer l'administration"),
        _l("La personne n'administre plus le réseau."),
        lambda user: user.is_admin,
        lambda user: [_("%(name)s reste membre du réseau, avec ses espaces.", name=user.name)],
        lambda asked: set_administrator(asked.user, is_admin=False, by=asked.by, edit_version=asked.edit_version),
        icon="key",
        is_grave=True,
    ),
}
