"""Makes the pictures of the README from the demo network: ``python docs/screenshots.py`` writes ``docs/images``."""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # started as a file, from any folder

from PIL import Image  # noqa: E402 - after the path
from playwright.sync_api import sync_playwright  # noqa: E402 - same

from tests.journeys.live import (  # noqa: E402 - same
    DESK,
    FACILITATOR,
    MEMBER,
    PHONE,
    Site,
    context_for,
    launch,
    living_site,
    load_demo,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
QUALITY = 82
LARGEST = 150_000  # bytes: a README that opens at once
SECONDS_TO_DRAW = 10


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the page, who looks, how large and light the screen is."""

    name: str
    path: str
    person: str = MEMBER
    size: tuple[int, int] = DESK
    scheme: str = "light"


def pictures(site: Site) -> list[Picture]:
    """Return the pictures of the README."""
    document, thread = site.resource("Un binôme"), f"{site.thread('Impliquer les bailleurs')}?page=1"
    return [
        Picture("home", "/", FACILITATOR),
        Picture("search", "/recherche?q=médiation à la sortie des collèges"),
        Picture("resource", f"{document}?page=4&q=médiation"),
        Picture("thread", thread),
        Picture("phone", "/", MEMBER, PHONE, "dark"),
    ]


def take(browser: Browser, site: Site, picture: Picture) -> Path:
    """Take one picture and return its file. Raises ValueError when it is heavier than a README can carry."""
    options = {"color_scheme": picture.scheme, "reduced_motion": "reduce", "device_scale_factor": 1}
    with context_for(browser, site, picture.person, picture.size, **options) as context:
        page = context.new_page()
        page.goto(picture.path)
        for _ in range(SECONDS_TO_DRAW):
            if not page.locator("[data-viewer]").count() or page.locator(".sheet img").count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        page.evaluate("document.fonts.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        shot = page.screenshot()
    target = IMAGES / f"{picture.name}.webp"
    Image.open(io.BytesIO(shot)).convert("RGB").save(target, "WEBP", quality=QUALITY, method=6)
    if target.stat().st_size > LARGEST:
        raise ValueError(f"{target.name} weighs {target.stat().st_size} bytes, more than {LARGEST}")
    return target


def main() -> None:
    """Bring the demo to life, take every picture, say what was written."""
    IMAGES.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        load_demo(Path(folder))
        site = stack.enter_context(living_site(Path(folder)))
        browser = launch(stack.enter_context(sync_playwright()))
        for picture in pictures(site):
            target = take(browser, site, picture)
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size // 1000} kB")  # noqa: T201 - a command speaks
        browser.close()


if __name__ == "__main__":
    main()
