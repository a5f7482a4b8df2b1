"""What journeys look with; a module that imports this one is skipped where Playwright is not installed."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

__all__ = ["Browser", "BrowserContext", "ConsoleMessage", "Locator", "Page", "expect"]
