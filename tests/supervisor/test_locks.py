"""The lock round a set-up, between real processes."""

from __future__ import annotations

from pathlib import Path

from app.supervisor.locks import held
from tests.supervisor.conftest import Launch, until

TAKE_TURNS = """
import sys, time
from pathlib import Path
from supervisor.locks import held
log = Path(sys.argv[2])
with held(Path(sys.argv[1])):
    with log.open("a") as file: file.write("in\\n")
    time.sleep(float(sys.argv[3]))
    with log.open("a") as file: file.write("out\\n")
"""


def test_set_ups_take_turns(tmp_path: Path, launch: Launch) -> None:
    log = tmp_path / "log"
    together = [launch("-c", TAKE_TURNS, str(tmp_path / "lock"), str(log), "0.1") for _ in range(6)]
    for process in together:
        assert process.wait(timeout=20) == 0
    assert log.read_text(encoding="utf-8").split() == ["in", "out"] * 6


def test_lock_of_a_killed_holder_is_free(tmp_path: Path, launch: Launch) -> None:
    lock, log = tmp_path / "lock", tmp_path / "log"
    holder = launch("-c", TAKE_TURNS, str(lock), str(log), "60")
    assert until(log.exists)
    waits: list[bool] = []
    holder.kill()
    holder.wait()
    with held(lock, lambda: waits.append(True)):
        assert waits == []


def test_who_waits_is_told(tmp_path: Path, launch: Launch) -> None:
    lock, log = tmp_path / "lock", tmp_path / "log"
    launch("-c", TAKE_TURNS, str(lock), str(log), "0.5")
    assert until(log.exists)
    waits: list[bool] = []
    with held(lock, lambda: waits.append(True)):
        assert log.read_text(encoding="utf-8").split() == ["in", "out"]
    assert waits == [True]


def test_folder_of_the_lock_is_private(tmp_path: Path) -> None:
    with held(tmp_path / "new" / "lock"):
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
