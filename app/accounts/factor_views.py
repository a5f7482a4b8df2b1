"""Switching the second factor on and off, and its recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import Blueprint, flash, redirect, render_template, url_for

from app.accounts.confirming import confirmed
from app.accounts.factors import (
    CODE_ATTEMPTS,
    address_of_key,
    begin_factor,
    codes_left,
    confirm_factor,
    disable_factor,
    key_of,
    new_codes,
    renew_codes,
)
from app.accounts.forms import FirstCodeForm
from app.accounts.models import User
from app.accounts.queries import has_second_factor, may_do_without_factor
from app.core.access import before_anything_else, person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("factor", __name__, url_prefix="/moi/securite/deux-etapes")


@blueprint.get("")
@signed_in
@before_anything_else
@confirmed
def factor_page() -> ResponseReturnValue:
    """Show where the second factor stands: off, a key to be confirmed, or on."""
    return _page(person(), FirstCodeForm(formdata=None))


def _page(me: User, form: FirstCodeForm) -> str:
    key = None if has_second_factor(me) else key_of(me)
    drawn = segno.make(address_of_key(me, key), error="m").svg_data_uri(scale=5, light="#fff") if key else None
    groups = [key[start : start + 4] for start in range(0, len(key), 4)] if key else []
    return render_template(
        "accounts/factor.html",
        me=me,
        form=form,
        on=has_second_factor(me),
        needed=not may_do_without_factor(me),
        drawn=drawn,
        groups=groups,
        left=codes_left(me),
    )


@blueprint.post("/cle")
@signed_in
@before_anything_else
@confirmed
def new_key() -> ResponseReturnValue:
    """Make a key, to be confirmed by a first code."""
    with transaction():
        begin_factor(person())
    return redirect(url_for("factor.factor_page"))


@blueprint.post("")
@signed_in
@before_anything_else
@confirmed
def first_code() -> ResponseReturnValue:
    """Switch the second factor on with a first code, and show the recovery codes once."""
    me, form = person(), FirstCodeForm()
    if has_second_factor(me) or key_of(me) is None:
        raise DomainError(_l("Aucune clé n'attend d'être confirmée. Recommencez depuis la page."))
    if form.validate_on_submit():
        CODE_ATTEMPTS.take(str(me.id))
        codes, hashes = new_codes(me)
        with transaction():
            right = confirm_factor(me, form.code.data or "", hashes)
            if right:
                CODE_ATTEMPTS.forgive(str(me.id))
        if right:
            return _codes_page(codes, _("La connexion en deux étapes est activée."))
        form.code.errors = [_("Ce code n'est pas le bon. Vérifiez l'heure du téléphone, puis saisissez le suivant.")]
    return _page(me, form), 422


@blueprint.post("/codes")
@signed_in
@confirmed
def new_recovery_codes() -> ResponseReturnValue:
    """Replace the recovery codes and show them once."""
    me = person()
    codes, hashes = new_codes(me)
    with transaction():
        renew_codes(me, hashes)
    return _codes_page(codes, _("Vos codes de secours sont remplacés : les précédents ne servent plus."))


def _codes_page(codes: list[str], done: str) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes, done=done)


@blueprint.post("/arret")
@signed_in
@confirmed
def stop_factor() -> ResponseReturnValue:
    """Switch the second factor off, where no role of the person asks for it."""
    with transaction():
        disable_factor(person(), person())
    flash(_("La connexion en deux étapes est arrêtée."))
    return redirect(url_for("security.security_page"))
