"""What journeys look with; a module that imports this one is skipped where Playwright is not installed."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FilePayload, Locator, Page, expect

__all__ = ["Browser", "BrowserContext", "ConsoleMessage", "FilePayload", "Locator", "Page", "expect", "tab_to"]

PATIENCE = 15_000
"""Milliseconds a page may take on a busy machine: journeys run two at a time, beside tests that read documents."""
MOST_TABS = 90

expect.set_options(timeout=PATIENCE)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until an element has the focus, and see that the focus shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            seen = "element => getComputedStyle(element.closest('.dropzone') || element).outlineStyle"
            assert wanted.evaluate(seen) != "none"
            return
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} tabs")
