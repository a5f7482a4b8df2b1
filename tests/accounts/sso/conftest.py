"""A real provider of OpenID Connect, started once for all tests; skipped where npm is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core.assets import ROOT

HERE = Path(__file__).parents[1] / "provider"
BACK = "http://127.0.0.1:8000/connexion/service/retour"
SECRET = "a secret of the tests only"


def _installed() -> Path:
    """Return the folder in which npm has put the provider; kept from one run to the next."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / f"provider-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-timeout=15000"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode:
            pytest.skip(f"npm could not fetch the provider: {done.stderr.strip().splitlines()[:1]}")
        (folder / "installed").touch()
    shutil.copy(HERE / "provider.js", folder)
    return folder


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of a provider that runs until the end of the tests."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("no npm: the provider of the single sign-on cannot be started")
    folder = _installed()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", "provider.js", str(port), BACK]
    environ = os.environ | {"NODE_ENV": "test"}
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as node:
        try:
            assert node.stdout is not None
            assert any(line == b"ready\n" for line in node.stdout)
            yield f"http://127.0.0.1:{port}"
        finally:
            node.terminate()


@pytest.fixture
def configured(app: Flask, issuer: str) -> Iterator[Callable[..., None]]:
    """A function that points the site to the provider, as the client ``beffroi`` unless told otherwise."""
    before = app.config["SETTINGS"]

    def configure(**more: Any) -> None:
        values = {"oidc_issuer": issuer, "oidc_client_id": "beffroi", "oidc_client_secret": SECRET} | more
        app.config["SETTINGS"] = replace(before, **values)
        _forget(app)

    configure()
    yield configure
    app.config["SETTINGS"] = before
    _forget(app)


def _forget(app: Flask) -> None:
    for name in ("oidc_provider", "oidc_down_at"):
        app.extensions.pop(name, None)
