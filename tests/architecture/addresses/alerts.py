"""Who gets what at the addresses of saved searches."""

from __future__ import annotations

from tests.architecture.addresses.lines import MODERATE, READ, SIGNED_IN, Line, post

#: Nobody of the table follows a search, and no space has one: those let in learn that there is none.
NONE = "dnnnnnnnnn"
ONE = "/recherches/aaaaaaaaaa"
HERE = "/espaces/{slug}/recherches"
NOT_EVEN_THEM = {slug: gets.replace("y", "n") for slug, gets in MODERATE.items()}
NOBODY_READS_IT = {slug: gets.replace("y", "n") for slug, gets in READ.items()}

TABLE: list[Line] = [
    Line("alerts.searches_page", "/recherches", SIGNED_IN),
    Line("alerts.save_page", "/recherches/nouvelle?q=ville", SIGNED_IN),
    Line("alerts.search_page", ONE, NONE),
    Line("alerts.share_page", f"{ONE}/partager", NONE),
    post("alerts.rhythm_view", f"{ONE}/rythme", NONE, rhythm="daily"),
    post("alerts.seen_view", f"{ONE}/vues", NONE),
    post("alerts.remove_view", f"{ONE}/supprimer", NONE),
    post("alerts.restore_view", f"{ONE}/retablir", NONE),
    Line("alerts.stop_page", "/alertes/arreter/unknown", "nnnnnnnnnn"),
    post("alerts.take_up_view", "/alertes/reprendre/unknown", "nnnnnnnnnn"),
    Line("space_alerts.space_searches_page", HERE, READ),
    post("space_alerts.follow_view", f"{HERE}/aaaaaaaaaa/suivre", NOBODY_READS_IT, rhythm="daily"),
    post("space_alerts.rename_view", f"{HERE}/aaaaaaaaaa/renommer", NOT_EVEN_THEM, name="Un nom"),
    post("space_alerts.unshare_view", f"{HERE}/aaaaaaaaaa/retirer", NOT_EVEN_THEM),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
