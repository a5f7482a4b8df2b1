"""The Chromium of the journeys: the machine's own, or Debian's package where it may be installed."""

from __future__ import annotations

import os
import shutil
import subprocess

from .environment import say

#: Chromium without its own windows, bars and tabs: a page costs it a third of the processor time.
WITHOUT_WINDOWS = "chromium-headless-shell"
NAMES = (WITHOUT_WINDOWS, "chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Return the path of the machine's Chromium, the one without windows before any other, or nothing."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def chromium_or_advice(*, may_install: bool) -> str:
    """Return Chromium's path, installing it when allowed; else say what to type and return nothing.

    A Debian that has no package of the one without windows gives the other.
    """
    present = chromium()
    if not present or (may_install and not shutil.which(WITHOUT_WINDOWS)):
        installed = debian_install(WITHOUT_WINDOWS, allowed=may_install)
        if may_install and not installed and not present:
            debian_install("chromium", allowed=True)
    return chromium()


def may_install_packages(*, asked: bool) -> bool:
    """Whether packages of the machine may be installed: asked for or in the pipeline, as root, on Debian."""
    wanted = asked or os.environ.get("CI") == "true"
    return wanted and os.geteuid() == 0 and shutil.which("apt-get") is not None


def debian_install(*packages: str, allowed: bool) -> bool:
    """Install Debian packages and return whether it went well; where it is not allowed, print the command."""
    if not allowed:
        say(f"missing: {' '.join(packages)}. To install: sudo apt-get install {' '.join(packages)}")
        return False
    say(f"installing {' '.join(packages)} (apt-get)")
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
            say(f"{' '.join(command[:2])} failed: {reason}")
            return False
    return True
