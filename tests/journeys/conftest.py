"""One living site and one Chromium for all journeys; every journey opens its own contexts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.live import DESK, Site, chromium_path, context_for, launch, living_site, load_demo
from tests.journeys.oddities import me, names  # noqa: F401 - fixtures, found by name

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

#: What Chromium says of an answer that the journey asks for on purpose.
EXPECTED = (
    "status of 404",
    "status of 403",
    "status of 409",
    "status of 422",
    "status of 401",
    "ERR_INTERNET_DISCONNECTED",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; skips where there is none, or no Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not chromium_path():
        pytest.skip("no Chromium (./run test --install as root installs it)")
    with playwright.sync_playwright() as started:
        browser = launch(started)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in it: of the processes that run tests beside each other, one loads it for all."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "demo"
    with folder.with_suffix(".lock").open("w") as waiting:
        flock(waiting, LOCK_EX)
        loaded = folder.with_suffix(".loaded")
        if not loaded.exists():
            load_demo(folder)
            loaded.touch()
    return folder


@pytest.fixture(scope="session")
def site(chromium: Browser, demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The living site."""
    with living_site(shutil.copytree(demo, tmp_path_factory.mktemp("living"), dirs_exist_ok=True)) as running:
        yield running


@pytest.fixture
def opened(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """A function that opens a page as somebody; afterwards, nothing may have been said on any console."""
    contexts, said = [], []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(word in message.text for word in EXPECTED):
            said.append(f"{message.type}: {message.text}")

    def open_page(email: str | None = None, size: tuple[int, int] = DESK, **options: Any) -> Page:
        context = context_for(chromium, site, email, size, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
