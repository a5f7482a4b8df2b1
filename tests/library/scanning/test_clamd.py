"""The words exchanged with an antivirus, and what is made of each of its answers."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from app.library.scanning.clamd import ScannerUnreachableError, Verdict, scan
from config import Settings, UnsafeSettingError
from tests.library.scanning.scanner import EICAR, Handler, Silent, nobody_there, scanner


def test_files_are_streamed_and_judged_over_tcp_and_a_socket_of_the_file_system(tmp_path: Path) -> None:
    for where in (None, tmp_path / "clamd.ctl"):
        with scanner(socket_file=where) as url:
            assert scan(io.BytesIO(b"a" * 200_000), url) == Verdict("")
            assert scan(io.BytesIO(b""), url).is_clean
            assert scan(io.BytesIO(b"x" * 70_000 + EICAR), url) == Verdict("Eicar-Signature")
            assert Handler.seen == [200_000, 0, 70_000 + len(EICAR)]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"stream: ", b"\xff\xfe" * 3000])
def test_answer_that_is_no_verdict_is_none(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "answer", answer)
    with scanner() as url, pytest.raises(ScannerUnreachableError):
        scan(io.BytesIO(b"abc"), url)


def test_scanner_that_is_away_or_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    for url in (nobody_there(), f"unix://{tmp_path}/none.ctl"):
        with pytest.raises(ScannerUnreachableError):
            scan(io.BytesIO(b"abc"), url)
    with scanner(Silent) as url, pytest.raises(ScannerUnreachableError):
        scan(io.BytesIO(b"abc"), url, longest=0.2)
    assert time.monotonic() - begun < 4


def test_only_addresses_that_can_be_reached_are_taken() -> None:
    for good in ("", "tcp://127.0.0.1:3310", "unix:///run/clamav/clamd.ctl"):
        Settings.from_environ({"BEFFROI_ANTIVIRUS_URL": good})
    for wrong in ("127.0.0.1:3310", "http://clamd", "unix://", "tcp://"):
        with pytest.raises(UnsafeSettingError, match="BEFFROI_ANTIVIRUS_URL"):
            Settings.from_environ({"BEFFROI_ANTIVIRUS_URL": wrong})
