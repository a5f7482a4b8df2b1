"""Making a PDF of an Office document with LibreOffice, within the limits of this child, and reading its pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from . import pdf
from .alone import cut_off
from .trouble import CannotRead

if TYPE_CHECKING:
    from pathlib import Path

    from .output import Output

_GENTLE = 10
_LEFT_TO_READ = 15.0  # seconds of the whole kept for reading the PDF
# One page for each sheet: the parts of a large table would otherwise follow each other over hundreds of pages.
_SHEETS = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
# What the program must not do: run macros, follow links, load what a document names elsewhere.
_SETTINGS = {
    "/org.openoffice.Office.Common/Security/Scripting": {
        "DisableMacrosExecution": "true",
        "MacroSecurityLevel": "3",
        "DisableActiveContent": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "/org.openoffice.Office.Writer/Content/Update": {"Link": "0"},
    "/org.openoffice.Office.Calc/Content/Update": {"Link": "1"},
}


def run(request: dict[str, Any], limits: dict[str, Any], output: Output, folder: Path) -> None:
    """Write "source.pdf" into the folder, then its pages and a summary. Raises CannotRead."""
    os.nice(_GENTLE)
    if not cut_off():
        raise CannotRead("unreadable", "not_alone")
    source = folder / f"source.{request['extension']}"
    shutil.copyfile(request["path"], source)
    made = _converted(request, source, folder, limits["wall"] - _LEFT_TO_READ)
    source.unlink()
    pdf.run({"path": str(made)}, limits, output)


def _converted(request: dict[str, Any], source: Path, folder: Path, wall: float) -> Path:
    profile = folder / "profile"
    _write_settings(profile)
    order = [request["program"], f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo"]
    order += ["--nodefault", "--nolockcheck", "--convert-to", _SHEETS if request["unit"] == "sheet" else "pdf"]
    try:
        subprocess.run(  # noqa: S603 - a program of the system, no shell, arguments of our own
            [*order, "--outdir", str(folder), str(source)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=wall,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRead("too_big", "timeout") from error
    made = source.with_suffix(".pdf")
    if not made.is_file():
        raise CannotRead("unreadable", "not_converted")
    return made


def _write_settings(profile: Path) -> None:
    """Write the settings of the program where it looks for them (registrymodifications.xcu)."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, values in _SETTINGS.items()
        for name, value in values.items()
    )
    spaces = 'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    (profile / "user").mkdir(parents=True)
    content = f'<?xml version="1.0" encoding="UTF-8"?><oor:items {spaces}>{items}</oor:items>'
    (profile / "user" / "registrymodifications.xcu").write_text(content, encoding="utf-8")
