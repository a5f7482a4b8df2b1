"""How what people say of themselves is called."""

from __future__ import annotations

from app.accounts.models import Mandate
from app.core.i18n import lazy_gettext as _l

MANDATES = {
    Mandate.ELECTED: _l("Mandat électif"),
    Mandate.AGENT: _l("Services d'une collectivité"),
    Mandate.PARTNER: _l("Organisme partenaire"),
}
