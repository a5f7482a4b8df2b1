"""The child on its short leash: whatever a file does to it, the parent goes on and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.library.reading import bounded
from app.library.reading.bounded import bounded_child
from app.library.reading.limits import MIB, Limits
from tests.library.reading.samples import docx, paragraph, pdf_page, png, read, real, typeset, written, zipped
from tests.support import thoroughly

# Children that misbehave on purpose, put in the place of the real script.
SLEEPS = "import time; time.sleep(60)"
EATS = "x = [bytes(1 << 20) for _ in range(1 << 20)]"
BURNS = "while True: pass"
FLOODS = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
FORKS = """
import os, time, pathlib
if os.fork() == 0:
    pathlib.Path("../grandchild").write_text(str(os.getpid()))
    time.sleep(60)
time.sleep(60)
"""
LEAVES_ONE = """
import os, sys, time
if os.fork() == 0:
    os.close(1), os.close(2)
    time.sleep(60)
print(os.getpid(), flush=True)
os._exit(0)
"""
TELLS = "import os, json; print(json.dumps([sorted(os.environ), os.getcwd(), sorted(os.listdir('/proc/self/fd'))]))"
BIND = "import json, sys, runpy\norder = json.load(sys.stdin)\nrunpy.run_path({child!r})['bind'](order['limits'])\n"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the children's folders, so that a test can see that none is left."""
    place = tmp_path / "children"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def misbehave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that makes the next child run another script, within the real limits."""

    def become(script: str) -> None:
        path = tmp_path / "child.py"
        path.write_text(BIND.format(child=str(bounded._CHILD)) + script)
        monkeypatch.setattr(bounded, "_CHILD", path)

    return become


def failure_of(limits: Limits) -> str:
    with bounded_child("read", {}, limits) as outcome:
        return outcome.failure


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "limits", "failure"),
    [
        (SLEEPS, Limits(wall=0.5), "timeout"),
        (FLOODS, Limits(wall=0.5), "timeout"),
        (BURNS, Limits(cpu=1, wall=20), "cpu"),
        ("import os; os.abort()", Limits(), "memory"),
        ("import os; os.kill(os.getpid(), 9)", Limits(), "memory"),
        ("import os; os.kill(os.getpid(), 11)", Limits(), "crash"),
        ("raise SystemExit(3)", Limits(), "crash"),
        (EATS, Limits(memory=256 * MIB), "crash"),
    ],
)
def test_misbehaving_child_is_ended_and_named(
    script: str, limits: Limits, failure: str, misbehave: Callable[[str], None], folders: Path
) -> None:
    misbehave(script)
    begun = time.monotonic()
    assert failure_of(limits) == failure
    assert time.monotonic() - begun < limits.wall + 3
    assert list(folders.iterdir()) == []


def test_what_the_child_started_dies_with_it(misbehave: Callable[[str], None]) -> None:
    misbehave(FORKS)
    with bounded_child("read", {}, Limits(wall=1.0)) as outcome:
        grandchild = int((outcome.folder / "grandchild").read_text())
    assert_gone(grandchild)


def test_what_the_child_leaves_behind_is_killed(misbehave: Callable[[str], None]) -> None:
    misbehave(LEAVES_ONE)
    begun = time.monotonic()
    with bounded_child("read", {}, Limits(wall=20)) as outcome:
        group = int(outcome.said)
    assert time.monotonic() - begun < 5
    with pytest.raises(ProcessLookupError):
        wait_for_group(group)


def test_child_knows_nothing_of_its_parent(misbehave: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEFFROI_SECRET_KEY", "secret")
    misbehave(TELLS)
    with bounded_child("read", {}, Limits()) as outcome:
        said = outcome.said
    assert "BEFFROI" not in said
    assert "PYTHON" not in said
    assert str(outcome.folder / "home") in said


@pytest.mark.slow
def test_parent_survives_a_child_killed_from_outside(tmp_path: Path) -> None:
    path = real("B_edge_cases/large_many_pages/R-fullrefman.pdf")
    killer = threading.Thread(target=kill_a_child_of_mine)
    killer.start()
    reading = read(path)
    killer.join()
    assert reading.status in {"too_big", "partial"}
    assert reading.detail == "memory"
    assert read(written(tmp_path, "a.txt", "Bonjour à tous")).status == "searchable"


@pytest.mark.slow
def test_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    path = real("B_edge_cases/large_many_pages/R-fullrefman.pdf")
    script = (
        "from pathlib import Path; from app.library.reading.filetypes import recognise; "
        "from app.library.reading.run import read_document; import sys; p = Path(sys.argv[1]); "
        "read_document(p, recognise(p, p.name))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    child = wait_for_child(parent.pid)
    parent.kill()
    parent.wait()
    assert_gone(child)


def test_folders_left_by_a_killed_process_are_swept_later(folders: Path) -> None:
    old, fresh = folders / "reading-old", folders / "reading-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "result.jsonl").write_text("{}")
    os.utime(old, (0, 0))
    bounded.sweep_abandoned.cache_clear()
    bounded.sweep_abandoned()
    assert [folder.name for folder in folders.iterdir()] == ["reading-fresh"]


@pytest.mark.parametrize("limits", [Limits(wall=0.4), *thoroughly(Limits(cpu=1))])
def test_document_beyond_its_limits_is_too_big_or_partly_read(limits: Limits) -> None:
    reading = read(real("B_edge_cases/large_many_pages/R-fullrefman.pdf"), limits=limits)
    assert reading.status in {"too_big", "partial"}
    assert reading.detail in {"cpu", "timeout"}


def test_document_that_needs_too_much_memory_is_too_big(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "ville;habitants\n" * 1_500_000)
    reading = read(path, limits=Limits(memory=150 * MIB))
    assert (reading.status, reading.detail) == ("too_big", "memory")


def test_document_that_says_too_much_is_cut_at_a_page(tmp_path: Path) -> None:
    path = typeset(tmp_path, "#for n in range(40) { lorem(300); pagebreak() }")
    reading = read(path, limits=Limits(text=20_000))
    assert (reading.status, reading.detail) == ("partial", "output")
    assert 0 < len(reading.pages) < 20
    reading = read(path, limits=Limits(output=128 * 1024))
    assert (reading.status, reading.detail) == ("partial", "output")
    assert reading.pages


def test_document_of_too_many_pages_is_read_in_part(tmp_path: Path) -> None:
    path = typeset(tmp_path, "#for n in range(5) { [Page]; pagebreak() }")
    reading = read(path, limits=Limits(pages=2))
    assert (reading.status, reading.detail, len(reading.pages)) == ("partial", "too_many_pages", 2)


def test_bomb_of_entities_expands_to_nothing(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE w [<!ENTITY l0 "lol">{laughs}]>'
    reading = read(written(tmp_path, "a.docx", docx(paragraph("avant &l11; après"), doctype)))
    assert reading.status in {"unreadable", "too_big", "searchable", "empty"}
    assert sum(len(page.text) for page in reading.pages) < 1000


def test_outside_entities_are_not_fetched(tmp_path: Path) -> None:
    secret = written(tmp_path, "secret.txt", "MOTSECRET")
    doctype = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{secret}">]>'
    for name, content in (
        ("a.docx", docx(paragraph("avant &x; après"), doctype)),
        ("a.odp", zipped({
            "mimetype": "application/vnd.oasis.opendocument.presentation",
            "content.xml": f'{doctype}<d xmlns:draw="d" xmlns:text="t"><draw:page><text:p>&x;</text:p></draw:page></d>',
        })),
    ):  # fmt: skip
        reading = read(written(tmp_path, name, content))
        assert "MOTSECRET" not in str(reading), name


@pytest.mark.slow
def test_elements_nested_without_end_do_not_break_the_parent(tmp_path: Path) -> None:
    deep = docx("<w:p>" * 200_000 + "</w:p>" * 200_000)
    assert read(written(tmp_path, "a.docx", deep)).status in {"unreadable", "too_big", "empty"}
    html = "<div>" * 300_000 + "fond" + "</div>" * 300_000
    assert read(written(tmp_path, "a.html", html)).pages[0].text == "fond"


@pytest.mark.slow
def test_archive_that_lies_about_its_sizes_is_read_within_limits(tmp_path: Path) -> None:
    huge = bytearray(docx(paragraph("a" * 30_000_000)))
    at = huge.find(b"PK\x01\x02", huge.rfind(b"word/document.xml") - 60)
    huge[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    reading = read(written(tmp_path, "a.docx", bytes(huge)), limits=Limits(memory=400 * MIB, wall=20))
    assert reading.status in {"unreadable", "too_big", "empty", "searchable", "partial"}


@pytest.mark.slow
def test_page_of_a_hundred_kilometres_is_read(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 10 10 Td (Grande page) Tj ET"
    reading = read(written(tmp_path, "a.pdf", pdf_page(content, box="0 0 999999999 999999999")))
    assert reading.status == "searchable"


@pytest.mark.slow
def test_decompression_bomb_in_a_picture_is_refused_by_the_child_too(tmp_path: Path) -> None:
    path = written(tmp_path, "a.png", png(9_000, 9_000, rows=2))
    assert read(path).status in {"unreadable", "image_only"}


def wait_for_group(group: int) -> None:
    for _ in range(100):
        os.killpg(group, 0)
        time.sleep(0.02)


def assert_gone(pid: int) -> None:
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} outlived its parent")


def wait_for_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for _ in range(3000):
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.01)
    pytest.fail("no child was started")


def kill_a_child_of_mine() -> None:
    """Kill, once it is well under way, the child that this process reads with."""
    for _ in range(500):
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                mine = f"\nPPid:\t{os.getpid()}\n" in status.read_text()
                reads = b"child.py" in (status.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if mine and reads:
                time.sleep(1.0)
                os.kill(int(status.parent.name), signal.SIGKILL)
                return
        time.sleep(0.01)
