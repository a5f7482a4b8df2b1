"""Many files at once: the line is cut in the middle of one, it goes on by itself, and the table publishes them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.parts import parts
from app.extensions import db
from app.library.models import Blob, Resource
from app.library.uploads.models import Upload
from benchmarks.words import pdf
from tests.journeys.eyes import Page, expect
from tests.journeys.live import FACILITATOR, OPEN, PHONE, Site

pytestmark = pytest.mark.browser
HERE = f"/espaces/{OPEN}/ressources/depot"
LARGE = 9 * 1024 * 1024
SLOW = 3 * 1024 * 1024  # bytes a second
LONGEST = 30_000


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A large file, of which only the size matters, and two small ones."""
    paths = [tmp_path / name for name in ("plan.txt", "bilan.pdf", "annexe.pdf")]
    paths[0].write_bytes(os.urandom(LARGE // 2).hex().encode())
    paths[1].write_bytes(pdf(["Bilan des navettes de nuit."]))
    paths[2].write_bytes(pdf(["Annexe au bilan."]))
    return paths


class Line:
    """The line of a page, slowed down; cut and mended by the same hand, for Chromium knows one state at a time."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.set(cut=False)

    def set(self, *, cut: bool) -> None:
        state = {"offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
        self.session.send("Network.emulateNetworkConditions", state)


def come(site: Site) -> int:
    """Return how many bytes of the one file on its way have come."""
    with site.app.app_context():
        sizes = [
            parts().size(one)
            for one in db.session.scalars(select(Upload.public_id).where(Upload.finished_at.is_(None)))
        ]
        db.session.remove()
    return sum(sizes)


def is_stored(site: Site, file: Path) -> bool:
    with site.app.app_context():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        found = db.session.scalar(select(Blob.id).where(Blob.sha256 == digest)) is not None
        db.session.remove()
    return found


def test_file_cut_in_the_middle_goes_on_by_itself_and_two_are_published_from_the_table(
    opened: Callable[..., Page], site: Site, files: list[Path]
) -> None:
    page = opened(FACILITATOR)
    page.goto(HERE)
    line = Line(page)
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator("[data-staged]")).to_have_count(2, timeout=LONGEST)
    sending = page.locator(".upload").filter(has_text="plan.txt")
    expect(sending).to_contain_text(re.compile(r"[3-8]\d\s%"), timeout=LONGEST)
    line.set(cut=True)
    expect(sending).to_contain_text("connexion perdue", timeout=LONGEST)
    before = come(site)
    assert 0 < before < LARGE
    line.set(cut=False)
    expect(page.locator("[data-staged]")).to_have_count(3, timeout=LONGEST)
    assert is_stored(site, files[0])
    expect(page.locator("[data-deposit-line]")).to_contain_text("Fichiers reçus : 3 sur 3")
    _publish_two(page)


def test_file_of_a_form_cut_in_the_middle_goes_on_and_the_form_waits_for_it(
    opened: Callable[..., Page], site: Site, files: list[Path]
) -> None:
    page = opened(FACILITATOR, PHONE)
    page.goto(f"/espaces/{OPEN}/ressources/nouvelle?type=report")
    line = Line(page)
    page.locator("input[type=file]").set_input_files(files[0])
    page.locator("#title").fill("Plan des navettes de nuit")
    sending = page.locator(".upload").filter(has_text="plan.txt")
    expect(sending).to_contain_text(re.compile(r"[3-8]\d\s%"), timeout=LONGEST)
    page.get_by_role("button", name="Publier").last.click()
    expect(page.locator("[data-deposit-line]")).to_contain_text("Des fichiers sont encore en chemin")
    line.set(cut=True)
    expect(sending).to_contain_text("connexion perdue", timeout=LONGEST)
    assert 0 < come(site) < LARGE
    line.set(cut=False)
    expect(sending.locator("[name=ordre]")).to_be_attached(timeout=LONGEST)
    page.get_by_role("button", name="Publier").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan des navettes de nuit")
    expect(page.locator("section").filter(has_text="plan.txt").first).to_be_visible()
    assert is_stored(site, files[0])


def _publish_two(page: Page) -> None:
    for name, title in (("bilan.pdf", "Navettes de nuit"), ("annexe.pdf", "Horaires des navettes")):
        row = page.locator("[data-staged]").filter(has_text=name)
        row.get_by_label("Titre").fill(title)
        row.get_by_role("checkbox").check()
    page.get_by_text("Remplir plusieurs lignes").click()
    page.locator("#toutes-tags").fill("navettes")
    page.get_by_role("button", name="Appliquer aux lignes cochées").click()
    expect(page.locator("[data-staged]").filter(has_text="annexe.pdf").get_by_label("Mots-clés")).to_have_value(
        "navettes"
    )
    page.get_by_role("button", name="Publier les lignes cochées").click()
    expect(page.locator("#made + ul, section[aria-labelledby=made] a")).to_contain_text(
        ["Navettes de nuit", "Horaires des navettes"]
    )
    expect(page.locator("[data-staged]")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Retirer")).click()
    expect(page.locator("[data-staged]")).to_have_count(0)


def test_page_closed_in_the_middle_loses_nothing_the_same_file_goes_on(
    opened: Callable[..., Page], site: Site, files: list[Path]
) -> None:
    page = opened(FACILITATOR, PHONE)
    page.goto(HERE)
    Line(page)
    page.locator("input[type=file]").set_input_files(files[0])
    expect(page.locator(".upload")).to_contain_text(re.compile(r"[5-8]\d\s%"), timeout=LONGEST)
    page.close()
    again = opened(FACILITATOR, PHONE)
    again.goto(HERE)
    expect(again.locator("[data-unfinished]")).to_contain_text("plan.txt")
    assert come(site) > 0
    before = []
    again.on("request", lambda request: before.append((request.method, request.headers.get("upload-offset"))))
    again.locator("input[type=file]").set_input_files(files[0])
    expect(again.locator("[data-staged]")).to_have_count(1, timeout=LONGEST)
    assert is_stored(site, files[0])
    assert next(offset for method, offset in before if method == "PATCH") not in {None, "0"}
    assert again.locator("[data-unfinished]").count() == 0
    again.get_by_role("button", name=re.compile("^Retirer")).click()


def test_file_sent_from_the_library_is_cancelled_or_leads_to_the_table(
    opened: Callable[..., Page], files: list[Path]
) -> None:
    page = opened(FACILITATOR)
    page.goto(f"/espaces/{OPEN}/ressources")
    Line(page)
    zone = page.locator("[data-deposit-here] input[type=file]")
    zone.set_input_files([files[0], files[1]])
    page.get_by_role("button", name="Annuler l’envoi de plan.txt").click()
    expect(page.locator(".upload").filter(has_text="plan.txt")).to_contain_text("envoi annulé")
    page.get_by_role("link", name="Compléter ces fichiers").click()
    expect(page.locator("[data-staged]")).to_have_count(1)
    expect(page.locator("[data-unfinished]")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Retirer")).click()


def test_files_left_out_of_too_many_are_still_told_once_the_others_have_come(
    opened: Callable[..., Page], files: list[Path]
) -> None:
    page = opened(FACILITATOR)
    page.goto(HERE)
    page.locator("[data-deposit]").evaluate("place => { place.dataset.most = 1; }")
    page.locator("input[type=file]").set_input_files(files[1:])
    line = page.locator("[data-deposit-line]")
    expect(line).to_contain_text("Fichiers reçus : 1 sur 1")
    expect(line).to_contain_text("Vous avez choisi 2 fichiers")
    page.get_by_role("button", name=re.compile("^Retirer")).click()


def test_file_is_added_to_a_resource_though_the_line_was_cut(
    opened: Callable[..., Page], site: Site, files: list[Path]
) -> None:
    page, where = opened(FACILITATOR), _files_page(site)
    line = Line(page)
    page.goto(where)
    page.locator("input[type=file]").set_input_files(files[0])
    row = page.locator("[data-uploads] > li")
    expect(row).to_contain_text(re.compile(r"envoi en cours, [1-9]"), timeout=LONGEST)
    page.get_by_role("button", name="Ajouter ces fichiers").click()
    expect(page.locator("[data-deposit-line]")).to_contain_text("Des fichiers sont encore en chemin")
    line.set(cut=True)
    expect(row).to_contain_text("connexion perdue", timeout=LONGEST)
    line.set(cut=False)
    expect(row.locator("[name=ordre]")).to_be_attached(timeout=LONGEST)
    page.get_by_role("button", name="Ajouter ces fichiers").click()
    expect(page.get_by_role("heading", name="plan.txt")).to_be_visible()


def test_file_chosen_last_takes_the_place_of_another_and_no_earlier_one_comes_after(
    opened: Callable[..., Page], site: Site, files: list[Path]
) -> None:
    page, where = opened(FACILITATOR), _files_page(site)
    Line(page)
    page.goto(where)
    page.get_by_role("link", name="Remplacer").first.click()
    page.locator("input[type=file]").set_input_files(files[0])
    rows = page.locator("[data-uploads] > li")
    expect(rows.first).to_contain_text(re.compile(r"envoi en cours, [1-9]"), timeout=LONGEST)
    page.locator("input[type=file]").set_input_files(files[1])
    expect(page.locator("[data-uploads] [name=ordre]")).to_be_attached(timeout=LONGEST)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("bilan.pdf")
    page.get_by_role("button", name="Remplacer le fichier").click()
    expect(page.get_by_role("heading", name="bilan.pdf")).to_be_visible()


def _files_page(site: Site) -> str:
    with site.app.app_context():
        resource = db.session.scalars(select(Resource).where(Resource.attachments.any())).first()
        assert resource is not None
        db.session.remove()
        return f"/ressources/{resource.public_id}/fichiers"
