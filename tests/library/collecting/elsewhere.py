"""Another site, on this machine: it answers well, badly, too much, too slowly, or sends one on."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ARTICLE = """<!doctype html><html lang="fr"><head><meta charset="{charset}"><title>La nuit apaisée - La Voix</title>
<link rel="canonical" href="/2021/nuit?utm_source=lettre&id=7">
<meta property="og:site_name" content="La Voix du Nord-Ouest"><meta property="og:type" content="article">
<meta property="og:description" content="Un an après, les riverains dorment.">
<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite", "name": "Un site"}}, {{"@type": ["NewsArticle"],
"headline": "La nuit apaisée &amp; après", "datePublished": "2021-06-30T23:30:00+02:00", "author":
[{{"@type": "Person", "name": "Inès Duroc"}}, {{"name": "Paul Réau"}}], "publisher": {{"name": "La Voix"}}}}]}}</script>
</head><body><nav><p>Abonnez-vous au journal</p></nav><article><h1>La nuit apaisée</h1>
<time datetime="2020-01-01">hier</time><p>Les médiateurs de quartier ont parlé aux noctambules, soir après soir.</p>
<p>Le tintamarre a cédé, dit l'adjointe : « nous avons écouté ».</p></article><footer><p>Mentions</p></footer></body>
"""
GIGABYTES = 3 * 1024 * 1024 * 1024
CHUNK = b"x" * 65536


class Elsewhere(BaseHTTPRequestHandler):
    """Each path is a way of behaving."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.heard.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        behave = getattr(self, "say" + self.path.partition("?")[0].replace("/", "_"), None)
        with suppress(OSError):
            behave() if behave else self.page("ailleurs", status=404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def page(self, text: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **more: str) -> None:
        body = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body))} | {
            name.replace("_", "-"): value for name, value in more.items()
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def go(self, where: str) -> None:
        self.page("", status=302, Location=where)

    def say_article(self) -> None:
        self.page(ARTICLE.format(charset="utf-8"), Set_Cookie="a=1")

    def say_latin(self) -> None:
        self.page(ARTICLE.format(charset="utf-8").encode("cp1252"), kind="text/html; charset=nothing")

    def say_packed(self) -> None:
        self.page(gzip.compress(ARTICLE.format(charset="utf-8").encode()), Content_Encoding="gzip")

    def say_reserved(self) -> None:
        self.page(ARTICLE.format(charset="utf-8"), TDM_Reservation="1")

    def say_bomb(self) -> None:
        self.page(gzip.compress(b"<p>" + bytes(60_000_000)), Content_Encoding="gzip")

    def say_moved(self) -> None:
        self.go("/article")

    def say_loop(self) -> None:
        self.go("/loop")

    def say_inward(self) -> None:
        self.go("http://127.0.0.1:1/secret")

    def say_metadata(self) -> None:
        self.go("http://169.254.169.254/latest/meta-data/")

    def say_file(self) -> None:
        self.go("file:///etc/passwd")

    def say_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        while True:
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def say_head(self) -> None:
        while True:
            self.wfile.write(b"X")
            self.wfile.flush()
            time.sleep(0.1)

    def say_silent(self) -> None:
        time.sleep(5)

    def say_gigabytes(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        for _ in range(GIGABYTES // len(CHUNK)):
            self.wfile.write(CHUNK)

    def say_announced(self) -> None:
        self.page("court", Content_Length=str(GIGABYTES))

    def say_short(self) -> None:
        self.page(ARTICLE.format(charset="utf-8"), Content_Length="100000")

    def say_image(self) -> None:
        self.page(b"\x89PNG", kind="image/png")

    def say_pdf(self) -> None:
        self.page(self.server.pdf, kind="application/pdf")  # type: ignore[attr-defined]

    def say_lying_pdf(self) -> None:
        self.page("<script>alert(1)</script>", kind="application/pdf")

    def say_home(self) -> None:
        self.page("<title>Accueil</title><p>Bonjour")

    def say_closed(self) -> None:
        self.page("abonnez-vous", status=403)

    def say_broken(self) -> None:
        self.page("aïe", status=500)


@contextmanager
def elsewhere(pdf: bytes = b"") -> Iterator[ThreadingHTTPServer]:
    """Run the other site; ``heard`` keeps what it was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.daemon_threads = True
    server.heard, server.pdf = [], pdf  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """Return a port on which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
