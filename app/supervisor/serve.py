"""`./run`: take the port, prepare the site, then keep the web server and the worker alive."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from typing import NoReturn

from config import Settings, UnsafeSettingError

from .children import Child
from .places import PYTHON, ROOT
from .prepare import child_environ, prepare
from .watch import Watch

# After a kill -9 of its supervisor a web server needs a moment to let the port go.
PORT_SECONDS = 3.0
LAST_PORT = 65_535
# The worker lets the web server load first: the first page matters more than the first job.
WORKER_SECONDS = 1.0
WEB_SETTINGS = ROOT / "app" / "supervisor" / "web_server.py"


class PortError(Exception):
    """The port cannot be had. The message tells a person what to do."""


def main() -> NoReturn:
    """Serve until SIGTERM, SIGINT or SIGHUP. Exits with 0 after these, with 1 when the site cannot start."""
    try:
        settings = Settings.from_environ()
        with take_port(settings.host, settings.port) as door:
            if not prepare(settings, demo=True):
                sys.exit("The site could not be prepared (see above).")
            print(f"\n  {settings.site_name}: {address(door)}\n  Ctrl-C stops.\n", flush=True)
            Watch(children(settings, door)).run()
    except (PortError, UnsafeSettingError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def take_port(host: str, port: int, patience: float = PORT_SECONDS) -> socket.socket:
    """Return a socket bound to the address, not listening yet. Raises PortError when it cannot be had.

    The supervisor owns it: while the web server is started again, callers wait instead of being refused.
    """
    if not 0 <= port <= LAST_PORT:
        raise PortError(f"BEFFROI_PORT: a number from 0 to {LAST_PORT} is expected, not {port}.")
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(host, port)
        except socket.gaierror as error:
            raise PortError(f"BEFFROI_HOST: no such address, {host!r} ({error.strerror}).") from error
        except OSError as error:
            if time.monotonic() >= deadline or not _may_free_itself(error):
                raise PortError(_why_not(host, port, error)) from error
        time.sleep(0.1)


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    door = socket.socket(family, kind, protocol)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(where)
        # Listening at once shows whether somebody else listens; callers wait for the web server.
        door.listen(512)
    except BaseException:
        door.close()
        raise
    return door


def _may_free_itself(error: OSError) -> bool:
    return error.errno == errno.EADDRINUSE


def _why_not(host: str, port: int, error: OSError) -> str:
    if _may_free_itself(error):
        return (
            f"Port {port} of {host} is already taken: is Beffroi running there? "
            f"Stop what holds it, or choose another port: BEFFROI_PORT={port + 1} ./run"
        )
    return f"Port {port} of {host} cannot be opened ({error}): see BEFFROI_HOST and BEFFROI_PORT."


def address(door: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def children(settings: Settings, door: socket.socket) -> list[Child]:
    """Return the two processes of a site, ready to be started."""
    environ = child_environ(settings)
    python = str(PYTHON) if PYTHON.exists() else sys.executable
    os.chdir(ROOT)
    web = [python, "-m", "gunicorn", "-c", str(WEB_SETTINGS), "-b", f"fd://{door.fileno()}", "wsgi:app"]
    worker = [python, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    return [
        Child("web", web, environ=environ, passed=(door.fileno(),)),
        Child("worker", worker, environ=environ, start_again_at=time.monotonic() + WORKER_SECONDS),
    ]


if __name__ == "__main__":
    main()
