"""A PostgreSQL for the tests: the one given, the one that runs here, or one of our own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .browser import debian_install

# What a fresh server of Debian's or of the official container lets in.
USUAL = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
)
# A server thrown away needs no disk that survives a power cut.
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=50"


@contextmanager
def server_for_tests(*, may_install: bool) -> Iterator[str]:
    """Yield the address of a server whose user may create databases; empty when there is none."""
    known = os.environ.get("TEST_POSTGRES_URL") or next((url for url in USUAL if _answers(url)), "")
    if known:
        yield known
        return
    if may_install and _programs() is None:
        debian_install("postgresql", allowed=True)
    programs, owner = _programs(), _owner()
    if programs is None or owner is None:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="beffroi-postgres-", ignore_cleanup_errors=True) as folder:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield from _own_server(programs, Path(folder), owner)


def _answers(url: str) -> bool:
    import psycopg  # only in the environment: this package is imported before there is one

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _programs() -> Path | None:
    """Return the folder of initdb and pg_ctl: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def _owner() -> pwd.struct_passwd | None:
    """Return whom the server runs as: us, but never root, which PostgreSQL refuses."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _own_server(programs: Path, folder: Path, owner: pwd.struct_passwd) -> Iterator[str]:
    """Make a server in the folder, yield its address (empty when it does not start), then stop it."""
    data, port = folder / "data", _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} {HASTY}"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-s", "-w"]
    make = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
    started = _as(owner, [*make, "--locale=C"], folder) and _as(owner, start, folder)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres" if started else ""
    finally:
        if started:
            _as(owner, [*control, "-m", "immediate", "stop"], folder)


def _as(owner: pwd.struct_passwd, command: list[str], folder: Path) -> bool:
    """Run a command quietly as `owner`; return whether it went well."""
    whose = (owner.pw_uid, owner.pw_gid) if os.geteuid() == 0 else (None, None)
    done = subprocess.run(
        command,
        cwd=folder,
        # Not pipes: the server would keep them open.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        user=whose[0],
        group=whose[1],
    )
    return done.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
