"""Every page of the site, with who opens it: what looks at all pages looks at these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.accounts.models import Organisation
from app.spaces.models import Space
from tests.journeys.eyes import FilePayload, Page
from tests.journeys.live import (
    ADMINISTRATOR,
    FACILITATOR,
    GUEST,
    LEAVING_GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Site,
)


@dataclass(frozen=True)
class Address:
    """A page: its name, where it is, who opens it, the status it answers, and what is done once it is open."""

    name: str
    path: str
    person: str | None = FACILITATOR
    status: int = 200
    then: Callable[[Page], object] = lambda _page: None

    def open(self, page: Page) -> None:
        """Open the page and bring it into the state that is looked at."""
        answer = page.goto(self.path)
        assert answer is not None
        assert answer.status == self.status, f"{self.path}: {answer.status}"
        self.then(page)


def _send_empty(page: Page) -> None:
    """Send the form of the page with nothing in it, as a browser without its own checks does."""
    form = page.locator("main form[method=post]").last
    form.evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        form.evaluate("form => form.requestSubmit([...form.querySelectorAll('.button--primary')].at(-1))")


def _publish_incomplete(page: Page) -> None:
    """Send two files, the same each time, and publish one whose date cannot be read."""
    for name in ("Un", "Deux"):
        file: FilePayload = {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": name.encode()}
        page.locator("input[type=file]").set_input_files(file)
    page.locator("[data-staged]").nth(1).wait_for()
    row = page.locator("[data-staged]").first
    row.get_by_label("Titre").fill("")
    row.get_by_role("checkbox").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Publier les lignes cochées").click()


def _send_unnamed(page: Page) -> None:
    """Send one's profile without a name, as a browser without its own checks does."""
    page.locator("#name").fill("")
    form = page.locator("form:has(#name)")
    form.evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        form.evaluate("form => form.requestSubmit()")


def _read_of_the_end(page: Page) -> None:
    """Make sure that the banner which announces the end is what is looked at."""
    assert page.get_by_role("complementary", name="Fin de votre accès").is_visible()


def _type(page: Page) -> None:
    """Type in the search box, that of the bar or that of the page, until things are proposed."""
    page.locator("#q:visible, #q-page:visible").first.press_sequentially("méd")
    page.get_by_role("option").first.wait_for()


def _name(page: Page) -> None:
    """Type a title until something on the same subject is shown under it."""
    page.locator("#title").fill("Quels effets de l'amende forfaitaire ?")
    page.locator("[data-near] .similar").wait_for()


def _go_down(page: Page) -> None:
    """Go down to what is on the same subject, which is then brought in."""
    page.locator("[data-later]").scroll_into_view_if_needed()
    page.locator("[data-later] .similar").wait_for()


def _ask(page: Page) -> None:
    """Say as the box does that something was searched, then look at one's last searches."""
    token = page.locator("input[name=csrf_token]").first.input_value()
    answer = page.request.post("/recherche/recentes", form={"q": "médiation", "csrf_token": token})
    assert answer.status == 204, answer.status
    page.goto("/recherche/recentes")


def _save(page: Page) -> None:
    """Save the search of the page, unless it is saved already and its own page is open."""
    save = page.get_by_role("button", name="Enregistrer la recherche")
    if save.count():
        with page.expect_navigation():
            save.click()


def _remove(page: Page) -> None:
    """Save the search of the page and remove it again: it can be put back."""
    _save(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Supprimer la recherche").click()


def _of_security() -> list[Address]:
    """Return the pages of one's security; the outsider is asked for the password first."""
    return [
        Address("confirmation", "/moi/securite/adresse", OUTSIDER),
        Address("confirmation, sent empty", "/moi/securite/adresse", OUTSIDER, then=_send_empty),
        Address("new address", "/moi/securite/adresse"),
        Address("new address, sent empty", "/moi/securite/adresse", then=_send_empty),
        Address("new password", "/moi/securite/mot-de-passe"),
        Address("two steps", "/moi/securite/deux-etapes"),
        Address("security", "/moi/securite"),
        Address("sessions", "/moi/sessions"),
    ]


def _of_account() -> list[Address]:
    return [
        Address("my data", "/moi/donnees"),
        Address("leaving for good", "/moi/donnees/effacer", MEMBER),
        Address("colleagues", "/moi/collegues", REFERENT),
        Address("colleagues, sent empty", "/moi/collegues", REFERENT, then=_send_empty),
        Address("requests of colleagues", "/moi/demandes", REFERENT),
        Address("home of a guest", "/", GUEST),
        Address("home of a guest whose access ends soon", "/", LEAVING_GUEST, then=_read_of_the_end),
        Address("profile of a guest", "/moi/profil", GUEST),
        Address("spaces of a guest", "/espaces", GUEST),
        Address("directory, closed to a guest", "/annuaire", GUEST, status=403),
    ]


def _signed_out() -> list[Address]:
    doors = ("/connexion", "/connexion/lien", "/mot-de-passe", "/demande-acces")
    paths = (*doors, "/mentions-legales", "/accessibilite", "/donnees-personnelles", "/charte")
    return [Address(f"{path}, signed out", path, None) for path in paths]


def _of_spaces() -> list[Address]:
    space = f"/espaces/{OPEN}"
    tabs = ("", "/discussions", "/ressources", "/membres", "/quitter")
    return [
        Address("spaces", "/espaces"),
        *(Address(f"space{tab}", f"{space}{tab}") for tab in tabs),
        Address("private space", f"/espaces/{PRIVATE}"),
        Address("space that admits on request", f"/espaces/{REQUEST}", MEMBER, status=403),
        Address("new discussion", f"{space}/discussions/nouvelle"),
        Address("new discussion, sent empty", f"{space}/discussions/nouvelle", then=_send_empty),
        Address("new discussion, its title typed", f"{space}/discussions/nouvelle", then=_name),
        Address("new resource", f"{space}/ressources/nouvelle"),
        Address("new practice", f"{space}/ressources/nouvelle?type=practice"),
        Address("new practice, sent empty", f"{space}/ressources/nouvelle?type=practice", then=_send_empty),
        Address("new space", "/espaces/nouveau", ADMINISTRATOR),
        Address("new space, sent empty", "/espaces/nouveau", ADMINISTRATOR, then=_send_empty),
        Address("invitations", f"{space}/invitations"),
        Address("invitations looked for", f"{space}/invitations?q=belkhodja"),
        Address("invitations looked for and not found", f"{space}/invitations?q=personne"),
        Address("invitations, sent empty", f"{space}/invitations", then=_send_empty),
        Address("settings of a space", f"{space}/reglages"),
        Address("journal of a space", f"{space}/journal"),
        Address("add a member", f"{space}/membres/ajouter"),
        Address("ask for a space", f"/espaces/{REQUEST}/demander", MEMBER, status=403),
        Address("new resource, sent empty", f"{space}/ressources/nouvelle", then=_send_empty),
    ]


def _of_people_and_places(site: Site) -> list[Address]:
    """Return the pages of one person, of one place and of one space, in the directory and in the administration."""
    person, guest = site.person(MEMBER), site.person(GUEST)
    place, other = site.named(Organisation, "Castelmaure"), site.named(Organisation, "Fontarel")
    space = site.named(Space, "Maires en première ligne")
    people, places, spaces = (f"/administration/{part}" for part in ("personnes", "collectivites", "espaces"))
    paths = [
        f"{people}/{person}",
        f"{people}/{person}/modifier",
        f"{people}/{guest}",
        f"{people}/{guest}/devenir-membre",
        f"{places}/{place}",
        f"{places}/{place}/modifier",
        f"{places}/{place}/fusionner",
        f"{places}/{place}/fusionner/{other}",
        f"{places}/{place}/supprimer",
        f"{spaces}/{space}/entrer",
        f"{spaces}/{space}/supprimer",
        f"{spaces}/{space}/animation",
        f"/administration/acces/personnes/{person}",
    ]
    return [
        Address("page of a person", f"/annuaire/personnes/{person}"),
        Address("page of a place", f"/annuaire/collectivites/{place}"),
        *(Address(path, path, ADMINISTRATOR) for path in paths),
        Address("entering, sent empty", f"{spaces}/{space}/entrer", ADMINISTRATOR, then=_send_empty),
    ]


def _of_administration() -> list[Address]:
    home = "/administration"
    parts = ("", "/personnes", "/demandes", "/collectivites", "/espaces", "/acces", "/journal", "/charte")
    below = (
        *("/acces/regles", "/personnes/inviter", "/personnes/importer"),
        *("/collectivites/nouvelle", "/collectivites/importer", "/collectivites/doublons"),
        *(
            "/recherche",
            "/recherche/synonymes?q=la+ville",
            "/recherche/ignores",
            "/recherche/tete",
            "/recherche/journal",
        ),
    )
    return [
        *(Address(f"{home}{part}", f"{home}{part}", ADMINISTRATOR) for part in (*parts, *below)),
        Address("people, none found", f"{home}/personnes?q=xylotomie", ADMINISTRATOR),
        Address("journal, none found", f"{home}/journal?personne=xylotomie", ADMINISTRATOR),
        Address("new place, sent empty", f"{home}/collectivites/nouvelle", ADMINISTRATOR, then=_send_empty),
        Address("import, sent empty", f"{home}/personnes/importer", ADMINISTRATOR, then=_send_empty),
        Address("synonyms, sent empty", f"{home}/recherche/synonymes", ADMINISTRATOR, then=_send_empty),
        Address("invite, sent empty", f"{home}/personnes/inviter", ADMINISTRATOR, then=_send_empty),
    ]


def _of_things(site: Site) -> list[Address]:
    document, thread = site.resource("Un binôme"), site.thread("Articuler santé")
    other = site.resource("Des médiateurs dans les bus")
    practices = "&".join(f"id={path.removeprefix('/ressources/')}" for path in (document, other))
    return [
        Address("document at the hit", f"{document}?page=4&q=médiation"),
        Address("document as text", f"{document}?page=4&q=médiation&vue=texte"),
        Address("resource without file", site.resource("Glossaire")),
        Address("resource, down to the same subject", site.resource("Glossaire"), then=_go_down),
        Address("on the same subject", f"{document}/semblables"),
        Address("change a resource", f"{document}/modifier"),
        Address("remove a resource", f"{document}/supprimer"),
        Address("files of a resource", f"{document}/fichiers"),
        Address("replace a file, sent empty", f"{document}/fichiers/{site.file(document)}/remplacer", then=_send_empty),
        Address("history of a resource", f"{document}/historique"),
        Address("when a resource is looked at again", f"{document}/revision"),
        Address("my removed resources", "/ressources/supprimees", MEMBER),
        Address("trash of a space", f"/espaces/{OPEN}/ressources/corbeille"),
        Address("what I keep", "/ressources/gardees", MEMBER),
        Address("reading lists", f"/espaces/{OPEN}/dossiers"),
        Address("new reading list", f"/espaces/{OPEN}/dossiers/nouveau"),
        Address("new reading list, sent empty", f"/espaces/{OPEN}/dossiers/nouveau", then=_send_empty),
        Address("into which reading list", f"{document}/dossier"),
        Address("a reading list", site.reading_list),
        Address("change a reading list", f"{site.reading_list}/modifier"),
        Address("remove a reading list", f"{site.reading_list}/supprimer"),
        Address("where a resource is moved to", f"{document}/deplacer"),
        Address("which other libraries show a resource", f"{document}/espaces"),
        Address("resources to choose from", f"/espaces/{OPEN}/ressources?choisir=1"),
        Address("nothing chosen to change", "/ressources/ensemble"),
        Address("resources to change together", f"/ressources/ensemble?{practices}&ajouter=essai&type=press"),
        Address("resources to look at again", "/ressources/a-revoir", MEMBER),
        Address("proposals", f"/espaces/{OPEN}/ressources/a-relire"),
        Address("practices side by side", f"/ressources/comparer?{practices}", MEMBER),
        Address("practices to choose from", "/ressources/comparer", MEMBER),
        Address("a practice in one's own city", f"{other}/chez-nous", MEMBER),
        Address("references to import", f"/espaces/{OPEN}/ressources/importer", MEMBER),
        Address("an article by its address", f"/espaces/{OPEN}/ressources/article", MEMBER),
        Address("an article, sent empty", f"/espaces/{OPEN}/ressources/article", MEMBER, then=_send_empty),
        Address("files to complete", f"/espaces/{OPEN}/ressources/depot", MEMBER, then=_publish_incomplete),
        Address("space to take away", f"/espaces/{OPEN}/archive"),
        Address("space to bring in", "/administration/espaces/importer", ADMINISTRATOR),
        Address("space to bring in, sent empty", "/administration/espaces/importer", ADMINISTRATOR, then=_send_empty),
        Address("thread", thread),
        Address("thread, words looked for", f"{thread}?q=soignants"),
        Address("thread, words looked for and not found", f"{thread}?q=xylotomie"),
        Address("results", "/recherche?q=ville"),
        Address("results, phrase and filter", "/recherche?q=%22points+de+vente%22&kind=report"),
        Address("results, everything narrowed", "/recherche?q=ville&quoi=documents&taille=10000-50000&tri=date"),
        Address("no result", "/recherche?q=xylotomie"),
        Address("no result, other ways", "/recherche?q=m%C3%A9diaton+annee:1999+espace:nulle+OU"),
        Address("search, nothing asked", "/recherche"),
        Address("how to search", "/recherche/aide"),
        Address("search box, while typing", "/recherche", then=_type),
        Address("last searches", "/recherche", then=_ask),
        Address("searches, none saved", "/recherches", GUEST),
        Address("a search to save", "/recherches/nouvelle?q=ville+nuit&kind=report&tri=date", MEMBER),
        Address("a saved search", "/recherches/nouvelle?q=ville", then=_save),
        Address("a search just removed", "/recherches/nouvelle?q=xylotomie", then=_remove),
        Address("searches shared in a space, none", f"/espaces/{OPEN}/recherches"),
        Address("link that stops nothing", "/alertes/arreter/inconnu", None, 404),
    ]


EVERYBODY: tuple[str | None, ...] = (None, FACILITATOR, MEMBER, ADMINISTRATOR, REFERENT, GUEST, LEAVING_GUEST, OUTSIDER)
"""Who opens these pages."""


def all_addresses(site: Site) -> list[Address]:
    """Return every page of the site."""
    return [
        *_signed_out(),
        Address("home", "/"),
        Address("resources", "/ressources"),
        Address("practices, filtered", "/ressources?type=practice&evaluation=joint&taille=medium"),
        Address("keywords", "/mots-cles"),
        Address("a keyword", site.term),
        Address("a keyword to change", site.term.rpartition("-vie")[0] + "/modifier", ADMINISTRATOR),
        Address("a new keyword", "/mots-cles/nouveau", ADMINISTRATOR),
        Address("keywords to import", "/mots-cles/importer", ADMINISTRATOR),
        Address("keywords that wait", "/mots-cles/en-attente"),
        Address("a keyword that waits", site.word),
        Address("keywords found", "/mots-cles?q=nuit"),
        Address("where to add a resource", "/ressources/nouvelle"),
        Address("my account", "/moi"),
        Address("my profile", "/moi/profil"),
        Address("my profile, sent empty", "/moi/profil", then=_send_unnamed),
        Address("directory of places", "/annuaire"),
        Address("directory of people, who knows", "/annuaire/personnes?sujet=médiation&langue=fr"),
        Address("nobody knows", "/annuaire/personnes?sujet=xylotomie"),
        Address("components", "/composants"),
        Address("mails of the demo", "/demo/courrier"),
        Address("legal page, signed in", "/accessibilite"),
        Address("no such page", "/jamais-vu", status=404),
        *_of_security(),
        *_of_account(),
        *_of_administration(),
        *_of_people_and_places(site),
        *_of_spaces(),
        *_of_things(site),
    ]
