"""Kinds and their fields: one entry of the registry is enough, and is seen everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, update

from app.accounts.models import Organisation
from app.accounts.organisations.likeness import LENS
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.revisions import revisions_of
from app.extensions import db
from app.library import indexing
from app.library.facets import SIZE
from app.library.forms import RESERVED, form_class
from app.library.importing import details_of, entries_of
from app.library.kinds import KINDS, Field, Kind
from app.library.kinds.fields import OPTIONAL_COMMON
from app.library.kinds.moments import Day, Moment, Year
from app.library.kinds.values import (
    Address,
    Choice,
    Choices,
    Doi,
    LongText,
    Names,
    Number,
    Text,
    UnreadableError,
    YesNo,
)
from app.library.models import Resource, resource_facet
from app.library.operations import ResourceDetails, edit_resource
from app.library.takeaway import library_parts
from app.search.sources import kind_label, kind_named
from tests.library.shelves import shared
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements, loaded, work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
TITLES = re.compile(r'<h3 class="resource__title"><a [^>]*>([^<]+)<')
COLOURS = Choice(options=(("red", "Rouge"), ("blue", "Bleu nuit")))
#: An eleventh kind, in one entry, with a field of every type.
CHARTER = Kind(
    key="charter",
    label="Charte",
    plural="Chartes",
    counted=lambda n: f"{n} chartes",
    help="Un engagement signé.",
    icon="other",
    token="t-other",
    words=("charte",),
    fields=(
        Field(
            "signers", "Signataires", Names(), "Tous ceux qui signent.", required="Indiquez un signataire.", facet=True
        ),
        Field("commitment", "Engagement", LongText(), main=True),
        Field("signed_on", "Signée le", Day()),
        Field("since", "Depuis", Moment(), row=lambda value: f"depuis {value[:4]}", dates=True),
        Field("revised_in", "Révisée en", Year(), facet=True, columns=("revision",)),
        Field("articles", "Articles", Number(unit="articles")),
        Field("website", "Site", Address()),
        Field("study", "Étude", Doi()),
        Field("colour", "Couleur", COLOURS, facet=True),
        Field("readers", "Lecteurs", Choices(options=COLOURS.options), facet=True),
        Field("renewed", "Reconduite", YesNo(), facet=True),
        Field("motto", "Devise", Text(longest=20)),
    ),
    without=frozenset({"source", "dated_on"}),
)
TYPED = {
    "kind": "charter",
    "title": "Charte des terrasses",
    "audience": "space",
    "signers": "Ville, Préfecture",
    "commitment": "Baisser le son.\n\n- à minuit\n- le dimanche",
    "signed_on": "05/07/2021",
    "since": "septembre 2019",
    "revised_in": "2022",
    "articles": "1 200",
    "website": "Charte.Example/texte",
    "study": "https://doi.org/10.5555/ABC.def",
    "colour": "blue",
    "readers": ["blue", "red"],
    "renewed": "oui",
    "motto": "Tranquille",
}
KEPT = {
    "signers": ["Ville", "Préfecture"],
    "commitment": "Baisser le son.\n\n- à minuit\n- le dimanche",
    "signed_on": "2021-07-05",
    "since": "2019-09",
    "revised_in": 2022,
    "articles": 1200,
    "website": "https://charte.example/texte",
    "study": "10.5555/abc.def",
    "colour": "blue",
    "readers": ["red", "blue"],
    "renewed": True,
    "motto": "Tranquille",
}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def charter(monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The registry with its eleventh entry."""
    monkeypatch.setitem(KINDS, CHARTER.key, CHARTER)
    indexing.register()
    return CHARTER


@pytest.fixture
def member(browser: Any) -> Browser:
    opened: Browser = browser(MEMBER)
    return opened


def only(app: Flask) -> Resource:
    with app.app_context():
        return db.session.scalars(select(Resource)).one()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_is_typed_by_its_names(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        names = {kind.key: (str(kind.label), str(kind.plural)) for kind in KINDS.values()}
        names |= {key: (kind_label(key), kind_label(key)) for key in ("discussion", "list")}
    assert {key: {kind_named(name) for name in some} for key, some in names.items()} == {key: {key} for key in names}


@pytest.mark.usefixtures("_empty_index")
def test_new_kind_has_its_form_its_page_its_line_its_filters_and_is_searched(
    app: Flask, member: Browser, charter: Kind
) -> None:
    form = member.get(f"{NEW}").get_data(as_text=True)
    assert '<option value="charter">Charte</option>' in form
    chosen = member.post(NEW, {"kind": "charter", "title": "Charte", "changer": "1"}).get_data(as_text=True)
    for field in charter.fields:
        assert f'name="{field.name}"' in chosen
        assert str(field.label) in chosen
    assert "Tous ceux qui signent." in chosen
    assert 'name="source"' not in chosen
    answer = member.post(NEW, TYPED)
    assert answer.status_code == 302
    assert only(app).fields == KEPT
    assert only(app).dated_on == "2019-09"
    page = member.get(answer.location).get_data(as_text=True).replace("\u202f", " ").replace("\u00a0", " ")
    for shown in (
        "Charte",
        "Ville, Préfecture",
        "<li>à minuit</li>",
        "5 juillet 2021",
        "septembre 2019",
        "1 200 articles",
    ):
        assert shown in page
    assert 'href="https://charte.example/texte"' in page
    assert 'href="https://doi.org/10.5555/abc.def"' in page
    assert "Rouge, Bleu nuit" in page
    line = member.get("/ressources?type=charter").get_data(as_text=True)
    assert "1 chartes" in line
    assert "depuis 2019" in line
    for facet in charter.facets():
        assert f'name="{facet.name}"' in line
    work(app)
    for words in ("préfecture", "terrasses dimanche", "kind:charte tranquille", "10.5555/abc.def", "nuit"):
        assert "Charte des" in member.get(f"/recherche?q={words}").get_data(as_text=True), words


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("signers", "", "Indiquez un signataire."),
        ("signed_on", "32/13/2021", "Écrivez la date comme ceci"),
        ("since", "un jour", "Écrivez le mois et l’année"),
        ("revised_in", "l'an dernier", "Écrivez l’année en quatre chiffres"),
        ("articles", "beaucoup", "Écrivez un nombre entier"),
        ("articles", "-4", "Écrivez un nombre entier"),
        ("website", "javascript:alert(1)", "Écrivez une adresse complète"),
        ("website", "http://moi:secret@charte.example/", "Écrivez une adresse complète"),
        ("study", "doi:abc", "Un DOI commence par 10."),
        ("colour", "mauve", "Choisissez une valeur de la liste"),
        ("readers", ["mauve"], "Choisissez une valeur de la liste"),
        ("motto", "x" * 21, "Ce texte est trop long"),
        ("renewed", "peut-être", "Répondez par oui ou par non"),
    ],
)
def test_bad_input_has_a_sentence_beside_its_field_and_nothing_is_lost(
    app: Flask, member: Browser, charter: Kind, name: str, typed: Any, sentence: str
) -> None:
    answer = member.post(NEW, {**TYPED, name: typed})
    page = answer.get_data(as_text=True).replace("'", "’").replace("&#39;", "’")
    assert answer.status_code == 422
    beside = re.search(rf'id="{name}-error".*?</p>', page, re.DOTALL)
    assert beside is not None
    assert sentence in beside[0].replace("\u00a0", " ")
    assert "Charte des terrasses" in page
    assert "septembre 2019" in page or name == "since"
    if isinstance(typed, str) and name not in {"colour", "renewed"}:
        assert typed.replace("'", "’") in page
    with app.app_context():
        assert db.session.scalars(select(Resource)).all() == []
        assert draft_for(loaded(MEMBER), NEW)["commitment"] == KEPT["commitment"]


def test_fields_come_in_with_a_manifest_and_go_out_as_they_came(
    app: Flask, member: Browser, charter: Kind, tmp_path: Path
) -> None:
    written = charter.written(KEPT)
    (tmp_path / "charte.txt").write_text("La charte", encoding="utf-8")
    (tmp_path / "autre.txt").write_text("Une autre", encoding="utf-8")
    manifest = tmp_path / "liste.csv"
    heads = ["path", "kind", "title", *(name for name in written if name != "revised_in"), "revision", "inconnue"]
    cells = ["charte.txt", "charter", "Charte", *(value for name, value in written.items() if name != "revised_in")]
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in [*cells, "2022", "x"]]
    manifest.write_text(
        ",".join(heads)
        + "\n"
        + ",".join(quoted)
        + "\nautre.txt,charter,Autre,Une ville"
        + ",?" * (len(heads) - 4)
        + "\n",
        encoding="utf-8",
    )
    result = app.test_cli_runner().invoke(
        args=["library", "import", str(tmp_path), "--space", OPEN, "--manifest", str(manifest)], catch_exceptions=False
    )
    assert "2 imported" in result.output
    assert "autre.txt: " in result.output
    assert "website: Écrivez une adresse complète" in result.output.replace("\u00a0", " ")
    with app.app_context():
        kept = {one.title: one.fields for one in db.session.scalars(select(Resource))}
        assert kept["Charte"] == KEPT
        assert kept["Autre"]["signers"] == ["Une ville"]
        assert "website" not in kept["Autre"]
        [part] = library_parts(loaded(FACILITATOR))
        fields = next(one["Champs"] for one in part.records if one["Titre"] == "Charte")
    assert fields["Signataires"] == "Ville, Préfecture"
    assert fields["Reconduite"] == "oui"


def test_table_may_call_a_column_otherwise(tmp_path: Path, app: Flask) -> None:
    (tmp_path / "a.txt").write_text("Un article", encoding="utf-8")
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "path;kind;author;newspaper;url;date\na.txt;press;Ana Diaz;Le Quai;quai.example/1;2021-07-05\n",
        encoding="utf-8",
    )
    with app.app_context():
        details, remark = details_of(entries_of(tmp_path, manifest)[0])
    assert remark == ""
    assert details.fields == {"outlet": "Le Quai", "authors": ["Ana Diaz"], "address": "https://quai.example/1"}
    assert details.source == ""


def test_fields_are_kept_as_a_revision_and_filters_follow(app: Flask, charter: Kind) -> None:
    _, resource_id = shared(app, "Charte", kind="charter", fields={"signers": ["A", "B"], "colour": "red"})
    with app.app_context():
        with transaction():
            resource = db.session.get_one(Resource, resource_id)
            details = ResourceDetails.of(kind="charter", title="Charte", fields={"signers": ["B", "C"]})
            edit_resource(loaded(FACILITATOR), resource, details, 1)
        resource = db.session.get_one(Resource, resource_id)
        assert revisions_of(resource)[0].fields["fields"] == {"signers": ["A", "B"], "colour": "red"}
        assert _pairs() == [("signers", "B"), ("signers", "C")]
        with transaction():
            edit_resource(loaded(FACILITATOR), resource, ResourceDetails.of(kind="guide", title="Charte"), 2)
        assert _pairs() == []


def _pairs() -> list[tuple[str, str]]:
    query = select(resource_facet.c.name, resource_facet.c.value).order_by(
        resource_facet.c.name, resource_facet.c.value
    )
    return [(name, value) for name, value in db.session.execute(query)]


def titles(browser: Browser, address: str) -> list[str]:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return sorted(TITLES.findall(answer.get_data(as_text=True)))


def options(browser: Browser, address: str, name: str) -> dict[str, int]:
    found = re.findall(
        rf'name="{name}" value="([^"]+)"[^>]*><span>[^<]*</span><span class="check__count">(\d+)<',
        browser.get(address).get_data(as_text=True),
    )
    return {value: int(count) for value, count in found}


@pytest.mark.slow
def test_values_of_a_filter_widen_and_filters_narrow(app: Flask, member: Browser, charter: Kind) -> None:
    shared(app, "Un", kind="charter", fields={"signers": ["A"], "colour": "red"})
    shared(app, "Deux", kind="charter", fields={"signers": ["A", "B"], "colour": "blue"})
    shared(app, "Trois", kind="charter", fields={"signers": ["B"], "renewed": True})
    shared(app, "Secret", kind="charter", space=PRIVATE, fields={"signers": ["A", "Cachée"], "colour": "red"})
    base = f"/espaces/{OPEN}/ressources?type=charter"
    assert titles(member, f"{base}&colour=red") == ["Un"]
    assert titles(member, f"{base}&colour=red&colour=blue") == ["Deux", "Un"]
    assert titles(member, f"{base}&signers=B&colour=blue") == ["Deux"]
    assert titles(member, f"{base}&renewed=oui") == ["Trois"]
    assert titles(member, f"{base}&colour=inconnue") == []
    assert titles(member, f"{base}&motto=x") == ["Deux", "Trois", "Un"]
    assert options(member, f"{base}&colour=red", "colour") == {"red": 1, "blue": 1}
    assert options(member, f"{base}&colour=red", "signers") == {"A": 1}
    stranger = browser_of(app, OUTSIDER)
    assert options(stranger, "/ressources?type=charter", "signers") == {"A": 2, "B": 2}
    assert options(member, "/ressources?type=charter", "signers") == {"A": 3, "B": 2, "Cachée": 1}


def browser_of(app: Flask, email: str) -> Browser:
    return Browser(app, email)


def test_practices_are_filtered_by_the_size_of_the_authority(app: Flask, member: Browser) -> None:
    shared(app, "Grande", kind="practice", by=MEMBER)
    shared(app, "Petite", kind="practice", by=FACILITATOR)
    shared(app, "Sans taille", kind="practice", by=GUEST)
    with app.app_context(), transaction() as session:
        for name, population in (("Port-Elvain", 118_000), ("Castelmaure", 19_999)):
            session.execute(update(Organisation).where(Organisation.name == name).values(population=population))
    base = "/ressources?type=practice"
    assert options(member, base, SIZE) == {"10000-50000": 1, "50000-200000": 1}
    assert titles(member, f"{base}&{SIZE}=10000-50000") == ["Petite"]
    assert titles(member, f"{base}&{SIZE}=10000-50000&{SIZE}=50000-200000") == ["Grande", "Petite"]
    assert "118 000 hab." in member.get(base).get_data(as_text=True).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.slow
def test_list_is_seen_through_cities_like_mine(app: Flask, member: Browser) -> None:
    shared(app, "La nôtre", by=MEMBER)
    shared(app, "De même taille", by=FACILITATOR)
    shared(app, "Voisine", kind="practice", by=GUEST)
    with app.app_context(), transaction() as session:
        facts = {
            "Port-Elvain": (60_000, "Bretagne"),
            "Castelmaure": (70_000, "Occitanie"),
            "Ville-Invitée": (8_000, "Bretagne"),
        }
        for name, (population, region) in facts.items():
            place = update(Organisation).where(Organisation.name == name)
            session.execute(place.values(population=population, region=region))
    assert options(member, "/ressources", LENS) == {"size": 1, "region": 1}
    assert titles(member, f"/ressources?{LENS}=size") == ["De même taille"]
    assert titles(member, f"/ressources?{LENS}=region&type=practice") == ["Voisine"]
    assert titles(member, f"/ressources?{LENS}=region&{LENS}=size") == ["De même taille", "Voisine"]
    assert titles(member, f"/ressources?{LENS}=autre") == ["De même taille", "La nôtre", "Voisine"]
    assert options(browser_of(app, GUEST), f"/espaces/{OPEN}/ressources", LENS) == {"region": 1}


def test_filters_cost_as_many_statements_for_one_as_for_three(app: Flask, member: Browser) -> None:
    address = "/ressources?type=practice&evaluation=joint&taille=small"
    shared(app, "Un", kind="practice", fields={"evaluation": "joint", "start": "2020"})
    member.get(address)
    with CountedStatements(app) as one:
        member.get(address)
    for year in (2018, 2019):
        shared(app, f"Depuis {year}", kind="practice", fields={"evaluation": "joint", "start": f"{year}-01"})
    member.get(address)  # what changed is read again, once
    with CountedStatements(app) as three:
        member.get(address)
    assert len(three) == len(one), "\n".join(three.statements)


def test_changing_the_kind_keeps_what_was_typed_for_the_former(app: Flask, member: Browser) -> None:
    press = {"kind": "press", "title": "Un article", "outlet": "Le Quai", "authors": "Ana Diaz", "audience": "space"}
    member.post(NEW, {**press, "plus_tard": "1"})
    as_research = member.post(NEW, {**press, "kind": "research", "changer": "1"}).get_data(as_text=True)
    assert 'value="Ana Diaz"' in as_research
    assert "Le Quai" not in as_research
    typed = {"kind": "press", "title": "Un article", "authors": "Ana Diaz", "changer": "1", "audience": "space"}
    assert 'value="Le Quai"' in member.post(NEW, typed).get_data(as_text=True)


def test_draft_sent_by_the_page_keeps_the_fields_of_the_kind(app: Flask, member: Browser, charter: Kind) -> None:
    kept = member.post(f"{NEW}/brouillon", {"kind": "charter", "signers": "Ville", "readers": ["red"]})
    assert kept.status_code == 200
    page = member.get(NEW).get_data(as_text=True)
    assert 'value="Ville"' in page
    assert re.search(r'<input checked [^>]*name="readers"[^>]*value="red"', page)


def test_every_entry_of_the_registry_is_whole(app: Flask) -> None:
    with app.test_request_context():
        for kind in KINDS.values():
            names = [field.name for field in kind.fields]
            assert len(names) == len(set(names))
            assert not RESERVED & set(names)
            assert all(str(field.label) for field in kind.fields)
            assert {field.section for field in kind.fields} <= {section.key for section in kind.sections}
            assert kind.without <= OPTIONAL_COMMON
            form = form_class(kind)()
            assert all(field.name in form for field in kind.fields)
    with pytest.raises(LookupError):
        form_class(Kind("x", "X", "X", str, "", "x", "x", fields=(Field("title", "Titre"),)))


@pytest.mark.parametrize(
    ("type_", "typed", "kept", "shown"),
    [
        (Moment(), "sept. 2020", "2020-09", "septembre 2020"),
        (Moment(), "1er mars 2021", "2021-03-01", "1er mars 2021"),
        (Moment(), "August 2019", "2019-08", "août 2019"),
        (Moment(), "2018", "2018", "2018"),
        (Year(), "2021-07-05", 2021, "2021"),
        (Number(unit="€"), "48 000 €", 48000, "48 000 €"),
        (Names(), "Roy, Jean; Diaz, Ana", ["Roy, Jean", "Diaz, Ana"], "Roy, Jean ; Diaz, Ana"),
        (Names(), "A, B,, A", ["A", "B"], "A, B"),
        (COLOURS, "BLEU NUIT", "blue", "Bleu nuit"),
        (Choices(options=COLOURS.options), "bleu nuit; red", ["red", "blue"], "Rouge, Bleu nuit"),
        (Doi(), "DOI: 10.5555/A(1)b.", "10.5555/a(1)b", "10.5555/a(1)b"),
    ],
)
def test_value_is_read_kept_shown_and_written_so_that_it_is_read_again(
    app: Flask, type_: Any, typed: str, kept: Any, shown: str
) -> None:
    with app.test_request_context():
        value = type_.read(typed)
        assert value == kept
        words = re.sub(r"<[^>]+>", "", str(type_.shown(value)))
        assert words.replace("\u202f", " ").replace("\u00a0", " ") == shown
        assert type_.read(type_.written(value)) == value


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://a b.example", "ftp://a.example", "a", "http://a.example:99999/"]
)
def test_address_that_is_none_is_refused(context: Flask, address: str) -> None:
    with pytest.raises(UnreadableError):
        Address().read(address)


@pytest.mark.parametrize("kept", ["http://[", "javascript:alert(1)", "https://[::1", "x", 5])
def test_kept_address_that_is_none_is_shown_as_it_is_and_never_linked(kept: Any) -> None:
    address = Address()
    assert 'href="javascript:' not in address.shown(kept)
    assert address.keys(kept) == [""]
