"""A client of tus 1.0.0 as small as can be, over the test client of a person."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from werkzeug.test import TestResponse

from tests.people import OPEN
from tests.support import Browser

BASE = f"/espaces/{OPEN}/ressources/depot/envois"
VERSION = {"Tus-Resumable": "1.0.0"}


def encoded(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(content).decode()


def sha1(content: bytes) -> str:
    return f"sha1 {encoded(hashlib.sha1(content, usedforsecurity=False).digest())}"


class Tus:
    """Speaks for somebody; each method is one request."""

    def __init__(self, browser: Browser, base: str = BASE) -> None:
        self.browser, self.base = browser, base
        browser.get("/moi/profil")

    def ask(self, method: str, path: str, body: bytes = b"", **headers: Any) -> TestResponse:
        sent = {**VERSION, "X-Requested-With": "fetch", "X-CSRFToken": self.browser.token}
        sent |= {name.replace("_", "-"): str(value) for name, value in headers.items() if value is not None}
        for name in [name for name, value in headers.items() if value is None]:
            sent.pop(name.replace("_", "-"), None)
        return self.browser.client.open(path, method=method, data=body, headers=sent, buffered=True)

    def create(self, size: int, name: str = "Bilan.pdf", modified: str = "1", **headers: Any) -> TestResponse:
        said = f"filename {encoded(name)},modified {encoded(modified)}"
        return self.ask("POST", self.base, **{"Upload_Length": size, "Upload_Metadata": said, **headers})

    def begun(self, size: int, name: str = "Bilan.pdf", **more: Any) -> str:
        answer = self.create(size, name, **more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.headers["Location"]

    def patch(self, where: str, body: bytes, at: int, **headers: Any) -> TestResponse:
        sent = {"Upload_Offset": at, "Content_Type": "application/offset+octet-stream", **headers}
        return self.ask("PATCH", where, body, **sent)

    def offset(self, where: str) -> int | None:
        """Return how far an upload has come; nothing when the server does not say."""
        answer = self.ask("HEAD", where)
        return int(answer.headers["Upload-Offset"]) if answer.status_code == 200 else None

    def sent(self, content: bytes, name: str = "Bilan.pdf") -> str:
        """Send a whole file in two pieces."""
        where, middle = self.begun(len(content), name), len(content) // 2
        assert self.patch(where, content[:middle], 0).status_code == 204
        assert self.patch(where, content[middle:], middle).status_code == 204
        return where
