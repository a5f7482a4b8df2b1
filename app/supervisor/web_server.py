"""Settings of gunicorn, read by it as a file: processes, threads, limits and the manner of leaving."""

from __future__ import annotations

import ctypes
import signal
import sys
from pathlib import Path
from typing import Any

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
