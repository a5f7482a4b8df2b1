"""Photos of people: what is accepted, what is taken out of them, who sees them, and when they are gone."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from app.accounts.charter import publish_charter
from app.accounts.rights.erasing import erase
from app.core.db import transaction
from app.core.storage import storage
from app.directory.photos import LARGE, SMALL, small_name
from app.library.jobs import sweep_storage
from app.spaces.departures import close_person
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OUTSIDER, Cast
from tests.support import Browser, loaded

SEND = "/moi/profil/photo"


def _jpeg(size: tuple[int, int] = (400, 300), colour: str = "teal") -> bytes:
    picture, exif, drawn = Image.new("RGB", size, colour), Image.Exif(), io.BytesIO()
    exif[0x010F] = "ZORGLUBPHONE"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    picture.save(drawn, "JPEG", exif=exif, comment=b"ZORGLUBNOTE")
    return drawn.getvalue()


def _bomb(width: int, height: int) -> bytes:
    """Return a small PNG whose header announces a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def _send(here: Browser, content: bytes, name: str = "moi.jpg") -> Any:
    return here.post(SEND, {"photo": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def _address(app: Flask, email: str, side: int = SMALL) -> str:
    with app.app_context():
        return f"/personnes/{loaded(email).public_id}/photo-{side}.webp"


def test_photo_is_cut_square_and_says_nothing_of_its_taking(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    assert _send(here, _jpeg()).status_code == 302
    for side in (SMALL, LARGE):
        answer = here.get(_address(app, MEMBER, side))
        picture = Image.open(io.BytesIO(answer.data))
        assert (answer.mimetype, picture.format, picture.size) == ("image/webp", "WEBP", (side, side))
        assert not any(trace in answer.data for trace in (b"ZORGLUB", b"EXIF", b"Exif", b"ICCP"))
        assert dict(picture.getexif()) == {}
        assert answer.headers["Cache-Control"] == "private, no-cache"
        again = here.get(_address(app, MEMBER, side), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_photo_shows_in_the_bar_of_the_page_that_asks_to_accept_the_charter(
    app: Flask, cast: Cast, browser: Any
) -> None:
    here = browser(MEMBER)
    _send(here, _jpeg())
    with app.app_context(), transaction():
        publish_charter("Une charte.", loaded(ADMIN))
    page = here.get("/charte/accepter").get_data(as_text=True)
    (shown,) = re.findall(r'src="(/personnes/[^"]+)"', page)
    assert here.get(shown.replace("&amp;", "&")).mimetype == "image/webp"


def test_original_is_not_kept(app: Flask, cast: Cast, browser: Any) -> None:
    _send(browser(MEMBER), _jpeg())
    with app.app_context():
        kept = [storage().path(sha256).read_bytes() for sha256 in storage().all_hashes()]
        assert [one for one in kept if b"ZORGLUB" in one] == []


@pytest.mark.parametrize(
    ("content", "name", "answer"),
    [
        (b"", "moi.jpg", "est vide"),
        (b"%PDF-1.7 rien", "moi.pdf", "Choisissez une photo en JPEG"),
        (b"GIF89a" + bytes(40), "moi.gif", "Choisissez une photo"),
        (bytes(range(256)), "liste.csv", "Choisissez une photo en JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "moi.svg", "Choisissez une photo en JPEG"),
        (_jpeg(), "moi.png", "n’est pas un vrai fichier .png"),
        (_jpeg()[:300], "moi.jpg", "abîmé"),
        (_bomb(60_000, 60_000), "moi.png", "trop grande"),
        (_bomb(7_000, 7_000), "moi.png", "abîmé"),
        (bytes(60_000), "moi.jpg", "la limite est de 50"),
    ],
)
def test_what_is_no_sound_photo_is_refused_with_a_sentence(
    app: Flask, cast: Cast, browser: Any, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str, answer: str
) -> None:
    monkeypatch.setattr("app.directory.photos.LARGEST_PHOTO", 50 * 1024)
    refused = _send(browser(MEMBER), content, name)
    page = refused.get_data(as_text=True).replace("\u00a0", " ")
    assert (refused.status_code, any(words in page for words in answer.split("|"))) == (422, True)
    assert re.search(r'href="/moi/profil"[^>]*aria-current="page"', page)
    with app.app_context():
        assert loaded(MEMBER).photo_sha256 is None


def test_nothing_chosen_is_said(app: Flask, cast: Cast, browser: Any) -> None:
    refused = browser(MEMBER).post(SEND, {})
    assert (refused.status_code, "Choisissez une photo" in refused.get_data(as_text=True)) == (422, True)


@pytest.mark.slow
def test_photo_goes_to_whom_its_owner_shows_it(app: Flask, cast: Cast, browser: Any) -> None:
    _send(browser(FACILITATOR), _jpeg())
    path = _address(app, FACILITATOR)
    told = {}
    for shown_to, listed in (("nobody", True), ("spaces", True), ("network", True), ("network", False)):
        with app.app_context(), transaction():
            owner = loaded(FACILITATOR)
            owner.photo_shown_to, owner.in_directory = shown_to, listed
        readers = (FACILITATOR, MEMBER, GUEST, OUTSIDER)
        told[shown_to, listed] = [browser(who).get(path).status_code for who in readers]
    assert told == {
        ("nobody", True): [200, 404, 404, 404],
        ("spaces", True): [200, 200, 200, 404],
        ("network", True): [200, 200, 200, 200],
        ("network", False): [200, 200, 200, 404],
    }


def test_photo_stands_beside_the_name_where_it_may(app: Flask, cast: Cast, browser: Any) -> None:
    _send(browser(FACILITATOR), _jpeg())
    path = _address(app, FACILITATOR)
    page = "/espaces/atelier-ouvert/membres"
    assert path in browser(MEMBER).get(page).get_data(as_text=True)
    assert path not in browser(OUTSIDER).get(page).get_data(as_text=True)


@pytest.mark.slow
def test_removed_photo_is_gone_at_once(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    addresses = [_address(app, MEMBER, side) for side in (SMALL, LARGE)]
    for leaving in ("removed", "closed", "erased"):
        _send(here, _jpeg())
        tags = [here.get(one).headers["ETag"] for one in addresses]
        if leaving == "removed":
            assert here.post(SEND, {"retirer": "1"}).status_code == 302
        else:
            with app.app_context(), transaction():
                close_person(loaded(MEMBER), by=None) if leaving == "closed" else erase(loaded(MEMBER), withdraw=False)
        for reader in (browser(FACILITATOR), browser(ADMIN), here):
            for one, tag in zip(addresses, tags, strict=True):
                gone = reader.get(one, headers={"If-None-Match": tag}, follow_redirects=True)
                assert (gone.mimetype, gone.status_code in {200, 404}) == ("text/html", True), leaving
        if leaving == "closed":
            with app.app_context(), transaction():
                loaded(MEMBER).disabled_at = None
            here.sign_in(MEMBER)


@pytest.mark.slow
def test_small_size_goes_with_its_photo(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    for leaving in ("another", "removed", "erased"):
        _send(here, _jpeg((420, 300)))
        with app.app_context():
            name = small_name(loaded(MEMBER).photo_sha256 or "")
            assert storage().derived(name) is not None
        if leaving == "another":
            _send(here, _jpeg((300, 420), "olive"))
        elif leaving == "removed":
            here.post(SEND, {"retirer": "1"})
        else:
            with app.app_context(), transaction():
                erase(loaded(MEMBER), withdraw=False)
        with app.app_context():
            assert storage().derived(name) is None, leaving


def test_small_size_is_not_missed_when_it_was_not_restored(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    _send(here, _jpeg((500, 500)))
    with app.app_context():
        small = storage().derived(small_name(loaded(MEMBER).photo_sha256 or ""))
        assert small is not None
        small.unlink()
    assert Image.open(io.BytesIO(here.get(_address(app, MEMBER)).data)).size == (LARGE, LARGE)


def test_sweep_spares_photos_in_use(app: Flask, cast: Cast, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here = browser(MEMBER)
    _send(here, _jpeg((410, 300)))
    monkeypatch.setattr("app.library.jobs.time.time", lambda: 4_000_000_000.0)
    with app.app_context():
        sweep_storage()
    assert here.get(_address(app, MEMBER)).status_code == 200
    here.post(SEND, {"retirer": "1"})
    with app.app_context():
        sweep_storage()
        assert list(storage().all_hashes()) == []


def test_unknown_size_is_no_photo(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    _send(here, _jpeg())
    assert here.get(_address(app, MEMBER, 64)).status_code == 404
