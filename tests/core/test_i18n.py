"""Typography, dates and sizes as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale
from markupsafe import Markup, escape

from app.core import clock
from app.core.i18n import (
    after_colon,
    format_date,
    format_day_number,
    format_number,
    format_size,
    format_time,
    french_spaces,
    gettext,
    join_sentences,
)

NARROW, NBSP = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("plain", "typeset"),
    [
        ("Vraiment ?", f"Vraiment{NARROW}?"),
        ("Deux points : oui", f"Deux points{NBSP}: oui"),
        ("« cité »", f"«{NBSP}cité{NBSP}»"),
        ("à 10 h 30", f"à 10{NBSP}h{NBSP}30"),
        ("41 000 habitants", f"41{NARROW}000 habitants"),
        ("p. 14", f"p.{NBSP}14"),
        ("l'État", "l’État"),
    ],
)
def test_french_spaces_do_not_break(plain: str, typeset: str) -> None:
    assert french_spaces(plain) == typeset


def test_safe_markup_stays_safe() -> None:
    assert isinstance(french_spaces(Markup("<b>oui</b> !")), Markup)


def test_dates_drop_the_year_of_today(context: Flask) -> None:
    clock.set_clock(lambda: datetime(2026, 7, 10, tzinfo=UTC))
    with force_locale("fr"):
        shown = [format_date(datetime(y, m, 1, 12, tzinfo=UTC)) for y, m in ((2026, 7), (2021, 7))]
    with force_locale("en"):
        english = format_date(datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert (shown, english) == (["mercredi 1er juillet", "1er juillet 2021"], "Wednesday 1 July")


def test_hours_are_those_of_the_site(context: Flask) -> None:
    moment = datetime(2026, 7, 5, 8, 5, tzinfo=UTC)
    with force_locale("fr"):
        french = format_time(moment)
    with force_locale("en"):
        assert (french, format_time(moment)) == (f"10{NBSP}h{NBSP}05", "10:05")


def test_days_are_those_of_the_site(context: Flask) -> None:
    late = datetime(2026, 7, 5, 22, 30, tzinfo=UTC)
    with force_locale("fr"):
        assert format_day_number(late) == "6 juillet 2026"
        assert format_day_number(late.date()) == "5 juillet 2026"


def test_sizes_and_numbers_follow_the_language(context: Flask) -> None:
    with force_locale("fr"):
        french = (format_size(1_468_006), format_size(900), format_number(41000))
    with force_locale("en"):
        english = (format_size(1_468_006), format_size(900), format_number(41000))
    assert french == (f"1,4{NBSP}Mo", f"900{NBSP}o", f"41{NARROW}000")
    assert english == (f"1.4{NBSP}MB", f"900{NBSP}B", "41,000")


def test_sentences_of_templates_follow_the_language_and_escape_what_people_typed(context: Flask) -> None:
    page = '{{ _("Espaces") }} – {{ _("Mon compte, %(name)s", name=name) }} – {{ _("100 %%") }}'
    shown = []
    for language in ("fr", "en", "fr"):
        with force_locale(language):
            shown.append(render_template_string(page, name="<b>d'Arc</b>"))
    assert shown[0] == f"Espaces – Mon compte, &lt;b&gt;d&#39;Arc&lt;/b&gt; – 100{NBSP}%" == shown[2]
    assert shown[1].endswith(" – 100 %")  # typography of the language, not of the last reader


def test_plain_mails_keep_their_letters_as_they_are(context: Flask) -> None:
    with force_locale("fr"):
        text = context.jinja_env.from_string(
            "{% autoescape false %}{{ _('Bonjour %(name)s', name=name) }}{% endautoescape %}"
        )
        assert text.render(name="d'Arc & fils") == "Bonjour d'Arc & fils"


def test_semicolons_and_colons_are_spaced_as_each_language_does(context: Flask) -> None:
    with force_locale("fr"):
        assert join_sentences(["l'un", "l'autre"]) == "l'un\u202f; l'autre"
        hidden = render_template_string("Modifier{{ name|after_colon }}", name="<Inès>")
        assert hidden == f"Modifier{NBSP}: &lt;Inès&gt;"
    with force_locale("en"):
        assert join_sentences(["one", "the other"]) == "one; the other"
        assert (after_colon(3), after_colon(Markup("<b>Inès</b>"))) == (": 3", Markup(": <b>Inès</b>"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Le Havre", "Collègues du Havre, qui appartiennent au Havre"),
        ("Les Lilas", "Collègues des Lilas, qui appartiennent aux Lilas"),
        ("La Rochelle", "Collègues de La Rochelle, qui appartiennent à La Rochelle"),
        ("Lens", "Collègues de Lens, qui appartiennent à Lens"),
        ("Évreux", "Collègues d’Évreux, qui appartiennent à Évreux"),
        ("Le", "Collègues de Le, qui appartiennent à Le"),
        ("Le <Havre>", "Collègues du &lt;Havre&gt;, qui appartiennent au &lt;Havre&gt;"),
    ],
)
def test_article_of_a_place_melts_into_the_word_before_it(context: Flask, place: str, said: str) -> None:
    sentence = "Collègues de %(place)s, qui appartiennent à %(place)s"
    with force_locale("fr"):
        page = render_template_string("{{ _(sentence, place=place) }}", sentence=sentence, place=place)
        assert (escape(gettext(sentence, place=place)), page) == (said, said)
        assert gettext("De %(place)s à « %(place)s »", place="Le Havre") == "Du Havre à «\u00a0Le Havre\u00a0»"
        assert gettext("le cousin de %(name)s", name="Le Thi Mai") == "le cousin de Le Thi Mai"
    with force_locale("en"):
        assert gettext(sentence, place="Le Havre") == "Collègues de Le Havre, qui appartiennent à Le Havre"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Inès", "L’accès d’Inès, puisqu’Inès"),
        ("Émile", "L’accès d’Émile, puisqu’Émile"),
        ("Yvetot", "L’accès d’Yvetot, puisqu’Yvetot"),
        ("Yann", "L’accès de Yann, puisque Yann"),
        ("Hélène", "L’accès de Hélène, puisque Hélène"),
        ("12", "L’accès de 12, puisque 12"),
        (Markup("<b>Inès</b>"), "L’accès d’<b>Inès</b>, puisqu’<b>Inès</b>"),
    ],
)
def test_de_and_que_are_elided_before_a_name_that_begins_with_a_vowel(context: Flask, name: str, said: str) -> None:
    sentence = "L'accès de %(name)s, puisque %(name)s"
    with force_locale("fr"):
        page = render_template_string("{{ _(sentence, name=name) }}", sentence=sentence, name=name)
        assert (gettext(sentence, name=name), page) == (said, said)
        assert gettext("le monde %(name)s", name="Inès") == "le monde Inès"
    with force_locale("en"):
        assert gettext(sentence, name="Inès") == "L'accès de Inès, puisque Inès"
