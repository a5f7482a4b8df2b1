"""Documents laid out by LibreOffice, in a child that reaches no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import odfdo
import pytest

from app.library.reading.converting import converted, find_soffice
from app.library.reading.filetypes import recognise
from config import ROOT

has_office = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed on this host")


@has_office
@pytest.mark.thorough
def test_table_has_a_page_for_each_sheet(tmp_path: Path) -> None:

    book = odfdo.Document("spreadsheet")
    book.body.clear()
    for name in ("Recettes", "Dépenses"):
        table = odfdo.Table(name)
        table.set_values([[name, n] for n in range(120)])
        book.body.append(table)
    place = tmp_path / "budget.ods"
    book.save(str(place))
    program = find_soffice()
    assert program is not None
    with converted(place, recognise(place, place.name), program) as made:
        assert made is not None
        assert made[1].summary.page_count == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's own")
def test_child_that_is_cut_off_reaches_no_network_and_neither_does_what_it_starts() -> None:
    script = """
import socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from app.library.reading.inside.alone import cut_off
assert cut_off()
def refused(family):
    try:
        socket.socket(family).close()
    except OSError:
        return True
    return False
print(refused(socket.AF_INET), refused(socket.AF_INET6), refused(socket.AF_UNIX))
again = "import socket; socket.socket(socket.AF_INET)"
print(subprocess.run([sys.executable, "-c", again], stderr=subprocess.DEVNULL).returncode)
"""
    said = subprocess.run([sys.executable, "-c", script, str(ROOT)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "True", "False", "1"]
