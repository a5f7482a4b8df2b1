"""Settings of gunicorn, read by it as a file: processes, threads, limits and the manner of leaving."""

from __future__ import annotations

import ctypes
import signal
import socket
import sys
from html import escape
from pathlib import Path
from typing import Any

from gunicorn import util
from gunicorn.http import message

from config import Settings

settings = Settings.from_environ()

# Fifty slow clients hold all these threads (docs/decisions/0009): where strangers can reach the site, a proxy.
worker_class = "gthread"
workers = settings.web_workers
threads = settings.web_threads
bind = f"{settings.host}:{settings.port}"
backlog = 512
keepalive = 5

# Running requests are finished within the supervisor's 13 s, all of it within the promised 15 s.
graceful_timeout = 10
# A process that gives no sign of life for so long is replaced; a slow request only holds its thread.
timeout = 60
# Signs of life are written to memory where there is some: a full disk must not stop the server.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - its own file

# A search of 10 000 letters, each written %C3%A9, must reach the application and get its answer in words.
LONGEST_REQUEST_LINE = 64 * 1024
message.MAX_REQUEST_LINE = LONGEST_REQUEST_LINE
limit_request_line = LONGEST_REQUEST_LINE

# What gunicorn cannot read never reaches the application: its own answer is in English and shows how it was written.
_TOO_LONG, _FAULT = 414, 500
_REFUSALS = {
    _TOO_LONG: (
        "Cette adresse est trop longue pour être lue. Revenez à la page précédente, et cherchez moins de mots.",
        "This address is too long to be read. Go back to the page before, and search for fewer words.",
    ),
    _FAULT: ("Rien n’est perdu. Réessayez dans un instant.", "Nothing is lost. Try again in a moment."),
}
_REFUSAL = (
    "Cette demande n’a pas pu être lue. Revenez à la page précédente, et recommencez.",
    "This request could not be read. Go back to the page before, and start again.",
)
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{site} – {status}</title></head>
<body><main><h1>{french}</h1><p lang="en">{english}</p>
<p><a href="/">Accueil, <span lang="en">home</span></a></p></main></body></html>
"""


def _write_refusal(sock: socket.socket, status: int, reason: str, _error: str) -> None:
    """Answer what cannot be read in both languages: which one its reader speaks could not be read either."""
    french, english = _REFUSALS.get(status, _REFUSAL)
    page = _PAGE.format(site=escape(settings.site_name), status=status, french=french, english=english).encode()
    head = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(page)}",
    )
    util.write_nonblock(sock, "\r\n".join((*head, "", "")).encode("latin-1") + page)


util.write_error = _write_refusal

# Which proxies are believed is BEFFROI_TRUSTED_PROXIES, applied by the application alone.
forwarded_allow_ips = ""
# No socket for remote control, which would be written to the home folder.
control_socket_disable = True

proc_name = "beffroi-web"
loglevel = settings.log_level.lower()
errorlog = "-"


def post_fork(_server: Any, _worker: Any) -> None:
    """Tie each process to its master: killed with -9, it leaves nobody behind on the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)  # PR_SET_PDEATHSIG
