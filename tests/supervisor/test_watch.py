"""The supervisor with stub children: they come back, they are told to leave, and they leave."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.supervisor.conftest import WATCHED, Launch, is_alive, numbers, until

RECORD = "import os, pathlib, signal, sys, time; "
WRITE_PID = "open({path!r}, 'a').write(str(os.getpid()) + chr(10)); "


def program(path: Path, then: str) -> str:
    return RECORD + WRITE_PID.format(path=str(path)) + then


def polite(path: Path, goodbye: Path) -> str:
    leave = f"signal.signal(signal.SIGTERM, lambda *_: (open({str(goodbye)!r}, 'a').write('1'), sys.exit())); "
    return RECORD + leave + WRITE_PID.format(path=str(path)) + "time.sleep(60)"


def deaf(path: Path) -> str:
    return program(path, "").replace("open(", "signal.signal(signal.SIGTERM, signal.SIG_IGN); open(", 1) + (
        "time.sleep(60)"
    )


def test_dead_child_is_started_again(tmp_path: Path, launch: Launch) -> None:
    pids = tmp_path / "pids"
    launch(str(WATCHED), "5", program(pids, "time.sleep(60)"))
    assert until(lambda: len(numbers(pids)) == 1)
    os.kill(numbers(pids)[0], signal.SIGKILL)
    assert until(lambda: len(numbers(pids)) == 2)


def test_child_that_dies_at_once_is_started_with_growing_pauses(tmp_path: Path, launch: Launch) -> None:
    pids = tmp_path / "pids"
    supervisor = launch(str(WATCHED), "5", program(pids, "sys.exit(3)"))
    assert until(lambda: len(numbers(pids)) >= 4)
    supervisor.send_signal(signal.SIGTERM)
    said = supervisor.communicate(timeout=10)[1]
    assert "child1 stopped (exit code 3), starting again in 0.05 s" in said
    assert "starting again in 0.1 s" in said
    assert "starting again in 0.2 s" in said


def test_dead_child_leaves_its_brother_alone(tmp_path: Path, launch: Launch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    launch(str(WATCHED), "5", program(first, "time.sleep(60)"), program(second, "time.sleep(60)"))
    assert until(lambda: numbers(first) and numbers(second))
    os.kill(numbers(first)[0], signal.SIGKILL)
    assert until(lambda: len(numbers(first)) == 2)
    assert len(numbers(second)) == 1
    assert is_alive(numbers(second)[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_request_to_stop_is_passed_on_as_sigterm(tmp_path: Path, launch: Launch, number: signal.Signals) -> None:
    pids, goodbye = tmp_path / "pids", tmp_path / "goodbye"
    supervisor = launch(str(WATCHED), "5", polite(pids, goodbye))
    assert until(lambda: numbers(pids))
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=5) == 0
    assert goodbye.read_text(encoding="utf-8") == "1"
    assert not is_alive(numbers(pids)[0])


def test_child_that_will_not_leave_is_killed_at_the_end_of_the_delay(tmp_path: Path, launch: Launch) -> None:
    pids = tmp_path / "pids"
    supervisor = launch(str(WATCHED), "1", deaf(pids))
    assert until(lambda: numbers(pids))
    start = time.monotonic()
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(timeout=5) == 0
    assert 0.9 <= time.monotonic() - start < 3
    assert not is_alive(numbers(pids)[0])


def test_second_request_to_stop_does_not_wait(tmp_path: Path, launch: Launch) -> None:
    pids = tmp_path / "pids"
    supervisor = launch(str(WATCHED), "30", deaf(pids))
    assert until(lambda: numbers(pids))
    supervisor.send_signal(signal.SIGINT)
    time.sleep(1.2)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=5) == 0
    assert not is_alive(numbers(pids)[0])


def test_signal_that_arrives_twice_at_once_is_one_request(tmp_path: Path, launch: Launch) -> None:
    pids, goodbye = tmp_path / "pids", tmp_path / "goodbye"
    slow = polite(pids, goodbye).replace("sys.exit()", "time.sleep(0.5), sys.exit()")
    supervisor = launch(str(WATCHED), "5", slow)
    assert until(lambda: numbers(pids))
    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.1)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(timeout=5) == 0
    assert "killed" not in supervisor.communicate()[1]


def test_children_leave_when_their_supervisor_is_killed(tmp_path: Path, launch: Launch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    goodbye = tmp_path / "goodbye"
    supervisor = launch(str(WATCHED), "5", polite(first, goodbye), program(second, "time.sleep(60)"))
    assert until(lambda: numbers(first) and numbers(second))
    supervisor.kill()
    assert until(lambda: not is_alive(numbers(first)[0]) and not is_alive(numbers(second)[0]), 5)
    assert goodbye.read_text(encoding="utf-8") == "1"


def test_what_a_killed_child_had_started_goes_with_it(tmp_path: Path, launch: Launch) -> None:
    pids, grandchild = tmp_path / "pids", tmp_path / "grandchild"
    start = f"import subprocess; p = subprocess.Popen(['sleep', '60']); open({str(grandchild)!r}, 'a').write"
    launch(str(WATCHED), "5", program(pids, f"{start}(str(p.pid) + chr(10)); time.sleep(60)"))
    assert until(lambda: numbers(grandchild))
    os.kill(numbers(pids)[0], signal.SIGKILL)
    assert until(lambda: not is_alive(numbers(grandchild)[0]))
