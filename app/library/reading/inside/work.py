"""The pieces of work a child can do, and how each way of failing is told."""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

from ..endings import EXIT_MEMORY, EXIT_OUTPUT, RESULT  # noqa: TID252 - the child loads this package under another name
from .output import Output, OutputFull
from .trouble import CannotRead

if TYPE_CHECKING:
    from pathlib import Path

# Modules are loaded by name, so that a child pays only for the reader it uses (each has `run`).
_READERS = {"pdf": ".pdf", "office": ".office", "text": ".texts", "image": ".pictures", "mail": ".mail"}
_PICTURES, _PAGE, _MAIL = ".pictures", ".page", ".mail"
# Work that runs a program of the host.
_WITH_PROGRAMS = {"recognise": ".ocr", "convert": ".converting"}
# How libraries tell that memory ran out without raising MemoryError.
_MEMORY = re.compile("memory|failed to map|cannot allocate", re.IGNORECASE)


def perform(work: str, request: dict[str, Any], limits: dict[str, Any], folder: Path) -> None:
    """Do "read", "render", "portray", "fetch" or "unpack" and write the results.

    Ends the process with a status that `bounded.py` understands.
    """
    output = Output(folder / RESULT, limits)
    try:
        _do(work, request, limits, output, folder)
    except MemoryError:
        output.flush()
        _leave(EXIT_MEMORY)
    except OutputFull:
        _leave_full(output)
    except CannotRead as trouble:
        output.end(status=trouble.status, detail=trouble.detail)
    except Exception as error:  # noqa: BLE001 - a hostile file can make a reader raise anything
        traceback.print_exc(limit=-4)
        if _MEMORY.search(str(error)):
            output.flush()
            _leave(EXIT_MEMORY)
        output.end(status="unreadable", detail="damaged")
    _leave(0)


def _do(work: str, request: dict[str, Any], limits: dict[str, Any], output: Output, folder: Path) -> None:
    if work == "read":
        reader = importlib.import_module(_READERS[request["family"]], __package__)
        reader.run(request, limits, output)
        return
    if work == "fetch":
        importlib.import_module(_PAGE, __package__).run(request, output, folder)
        return
    if work == "unpack":
        importlib.import_module(_MAIL, __package__).unpack(request, output, folder)
        return
    if work in _WITH_PROGRAMS:
        importlib.import_module(_WITH_PROGRAMS[work], __package__).run(request, limits, output, folder)
        return
    pictures = importlib.import_module(_PICTURES, __package__)
    work_of = pictures.portray if work == "portray" else pictures.render
    work_of(request, output, folder)


def _leave_full(output: Output) -> None:
    """Say that the output is full where a last line still fits, and end."""
    try:
        output.end(status="partial" if output.pages else "too_big", detail="output")
    except (OutputFull, OSError):
        _leave(EXIT_OUTPUT)


def _leave(status: int) -> None:
    """End at once: readers' destructors have nothing to save and are one more chance to crash."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
