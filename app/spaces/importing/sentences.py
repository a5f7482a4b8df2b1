"""What is said of each row: before the work, and after."""

from __future__ import annotations

from app.core.i18n import lazy_gettext as _l
from app.spaces.importing.judging import DOES, SETTLED, Outcome

BEFORE = {
    Outcome.INVITED: _l("sera invitée"),
    Outcome.INVITED_NEW_CITY: _l("sera invitée ; sa collectivité sera créée"),
    Outcome.ADDED: _l("a déjà un compte ; sera invitée dans les espaces"),
    Outcome.BECOMES_MEMBER: _l("a déjà un compte d'invité ; sera invitée à devenir membre du réseau"),
}
AFTER = {
    Outcome.INVITED: _l("invitée"),
    Outcome.INVITED_NEW_CITY: _l("invitée ; collectivité créée"),
    Outcome.ADDED: _l("avait déjà un compte ; invitée dans les espaces"),
    Outcome.BECOMES_MEMBER: _l("avait déjà un compte d'invité ; invitée à devenir membre du réseau"),
    Outcome.ALREADY_MEMBER: _l("déjà membre, rien à faire"),
    Outcome.ALREADY_INVITED: _l("déjà invitée, l'invitation court toujours"),
    Outcome.CLOSED: _l("son compte est fermé : rouvrez-le d'abord"),
    Outcome.NO_ADDRESS: _l("pas d'adresse de courriel"),
    Outcome.BAD_ADDRESS: _l("adresse mal écrite"),
    Outcome.DUPLICATE: _l("même adresse qu'à la ligne %(detail)s"),
    Outcome.UNKNOWN_CITY: _l("collectivité inconnue"),
    Outcome.UNSURE_CITY: _l("collectivité à préciser par son code INSEE : %(detail)s"),
    Outcome.UNKNOWN_SPACE: _l("espace inconnu ou fermé à vos invitations : %(detail)s"),
    Outcome.BAD_CELL: _l("rôle ou date qu'on ne comprend pas : %(detail)s"),
    Outcome.BAD_END: _l("la fin de l'accès doit être à venir, dans l'année : %(detail)s"),
    Outcome.NO_SPACE: _l("invité ou animateur sans espace : choisissez-en un"),
    Outcome.REFUSED: _l("refusée : %(detail)s"),
}
#: What is said of several rows together, where the words of one row say what only it knows.
TOGETHER = {Outcome.DUPLICATE: _l("adresse déjà donnée plus haut")}
NEAR = _l("collectivité inconnue ; est-ce %(detail)s ?")
NEAR_NEW = _l("sera invitée ; sa collectivité sera créée (n'est-ce pas %(detail)s ?)")


def sentence(outcome: str, detail: str, *, done: bool) -> str:
    """Return the words for one row."""
    known = Outcome(outcome)
    if known == Outcome.UNKNOWN_CITY and detail:
        return str(NEAR) % {"detail": detail}
    if known == Outcome.INVITED_NEW_CITY and detail and not done:
        return str(NEAR_NEW) % {"detail": detail}
    words = AFTER[known] if done else BEFORE.get(known, AFTER[known])
    return str(words) % {"detail": detail} if "%(detail)s" in str(words) else str(words)


def heading(outcome: str, *, done: bool) -> str:
    """Return the words for all rows of one outcome together, without what only one row says."""
    known = Outcome(outcome)
    words = TOGETHER.get(known) or (AFTER[known] if done else BEFORE.get(known, AFTER[known]))
    words = str(words).partition("%(detail)s")[0]
    return words.rstrip(" :\u00a0\u202f")


def tone(outcome: str) -> str:
    """Return the tone of a row: ok, plain for nothing to do, warn for what needs a hand."""
    if outcome in DOES:
        return "ok"
    return "" if outcome in SETTLED else "warn"
