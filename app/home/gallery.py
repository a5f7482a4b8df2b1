"""The plans of spaces as pictures, and the page that shows every component alive with its states."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, render_template, request
from markupsafe import Markup
from wtforms import BooleanField, Form, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.core.access import signed_in
from app.core.assets import icon_names
from app.core.errors import NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.plans import plan_svg
from app.library.kinds import KINDS

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

MONTH = 30 * 24 * 3600
LONGEST_IDENTIFIER = 40
THUMB_SIDE = 80
COLOURS = [
    "bar",
    "primary",
    "primary-tint",
    "canvas",
    "surface",
    "sunken",
    "line-strong",
    "ink",
    "amber",
    "mark",
    "focus",
    "ok",
    "warn",
    "danger",
    "info",
    "link",
]


@signed_in
def plan(identifier: str) -> ResponseReturnValue:
    """Draw the plan of a space: large for its header, small with ``?vignette=1``. Says nothing of the space itself."""
    if not identifier.isalnum() or len(identifier) > LONGEST_IDENTIFIER:
        raise NotFoundError
    small = "vignette" in request.args
    picture = plan_svg(identifier, THUMB_SIDE, THUMB_SIDE, variant="thumb") if small else plan_svg(identifier, 900, 300)
    answer: Response = make_response(picture)
    answer.mimetype = "image/svg+xml"
    answer.headers["Cache-Control"] = f"private, max-age={MONTH}"
    return answer


@signed_in
def components() -> ResponseReturnValue:
    """Show all components with their states; sample words only."""
    return render_template(
        "home/components.html",
        kinds={kind.key: kind.label for kind in KINDS.values()},
        colours=COLOURS,
        people=_people(),
        form=_sample_form(),
        doc=_document(),
        icons=icon_names(),
        post_html=Markup("<p>Depuis septembre 2020, nos équipes utilisent l'amende forfaitaire.</p>"),
    )


class SampleForm(Form):
    """Fields of every sort, one of them wrong."""

    title = StringField(_l("Titre"), description=_l("Une phrase simple"))
    start = StringField(_l("Début"), description=_l("Mois et année"))
    cost = StringField(_l("Coût annuel"))
    need = TextAreaField(
        _l("Le besoin de départ"), description=_l("Que se passait-il ? Deux ou trois phrases suffisent.")
    )
    password = PasswordField(_l("Mot de passe"))
    role = SelectField(
        _l("Rôle"),
        choices=[SelectChoice("member", _l("Membre")), SelectChoice("facilitator", _l("Animatrice, animateur"))],
    )
    audience = RadioField(
        _l("Qui peut lire cette pratique ?"),
        choices=[SelectChoice("space", _l("L'espace seulement")), SelectChoice("network", _l("Tout le réseau"))],
    )
    evaluated = BooleanField(_l("Évaluation jointe"))
    body = TextAreaField(_l("Votre réponse"))


def _sample_form() -> SampleForm:
    form = SampleForm(data={"title": "Permanence d'écoute", "start": "septembre 2020", "cost": "quarante mille"})
    form.audience.data, form.evaluated.data, form.role.data = "network", True, "member"
    form.cost.errors = [_l("Écrivez le montant en chiffres, par exemple 40 000.")]
    return form


def _people() -> list[Any]:
    cast = (
        ("Claire Vasseur", "Adjointe au maire", "Montclair-sur-Oise", False),
        ("Hélène Roudaut", "Maire", "Lanvallec", False),
        ("Samir Oualid", "Coordonnateur du CLSPD", "Port-Elvain", False),
        ("Luc Desmarets", "Chargé de mission", "Fontarel", True),
    )
    return [
        SimpleNamespace(
            name=name,
            public_id=f"person{number}",
            function=function,
            is_guest=guest,
            organisation=SimpleNamespace(name=city, public_id=f"city{number * 3}"),
        )
        for number, (name, function, city, guest) in enumerate(cast)
    ]


def _document() -> Any:
    """Return the attributes the viewer takes, in its text view."""
    thumbs = [SimpleNamespace(number=number, image="", has_hit=number in {4, 9}) for number in (3, 4, 5, 6, 9)]
    addresses = {"url": "/composants?page={n}", "next_hit": "/composants?page=9", "download_url": "/composants"}
    nothing = dict.fromkeys(("image", "previous_hit", "image_url", "text_url", "lang"), "")
    text = "Concrètement, la médiation débute à 16 h, à la sortie des collèges."
    found = {"find": "médiation", "hits": 2, "hit_number": 1, "boxes": []}
    return SimpleNamespace(number=4, pages=12, view="text", text=text, thumbs=thumbs, **addresses, **nothing, **found)


def register(app: Flask) -> None:
    """Attach ``/plan/<id>.svg`` and ``/composants``."""
    app.add_url_rule("/plan/<identifier>.svg", "home.plan", plan)
    app.add_url_rule("/composants", "home.components", components)
