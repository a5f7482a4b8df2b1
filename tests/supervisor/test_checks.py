"""`./run test`: which tests run, which are left out and why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.supervisor import browser, checks, postgres
from app.supervisor.checks import Check, Outcome
from tests.conftest import later_cases

APT_GET = """#!/bin/sh
echo "$@" >> "{folder}/asked"
for last; do :; done
[ "$1" = update ] && exit 0
[ "$last" = "{lacks}" ] && exit 100
printf '#!/bin/sh\\n' > "{folder}/$last" && /bin/chmod +x "{folder}/$last"
"""
INSTALL = "install --yes -qq --no-install-recommends"


def program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand on a Debian without Chromium; its package manager writes down what it is asked."""
    program(tmp_path / "apt-get", APT_GET.format(folder=tmp_path, lacks=""))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


@pytest.fixture
def pipeline(debian: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand there as root, in the pipeline."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("CI", "true")
    return debian


def found(folder: Path) -> tuple[str, list[str]]:
    """Return the name of the Chromium that is found, and what the package manager was asked on the way."""
    path = browser.chromium_or_advice(may_install=browser.may_install_packages(asked=False))
    kept = folder / "asked"
    return Path(path).name, kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []


@pytest.mark.parametrize("present", [(), ("chromium",)])
def test_chromium_without_windows_is_installed_in_the_pipeline_as_root(pipeline: Path, present: tuple[str]) -> None:
    for name in present:
        program(pipeline / name, "#!/bin/sh\n")
    asked = ["update -qq", f"{INSTALL} chromium-headless-shell"]
    assert found(pipeline) == ("chromium-headless-shell", asked)
    assert found(pipeline) == ("chromium-headless-shell", asked)


@pytest.mark.parametrize(("present", "more"), [((), 2), (("chromium",), 0)])
def test_chromium_with_windows_does_where_debian_has_no_other(pipeline: Path, present: tuple[str], more: int) -> None:
    program(pipeline / "apt-get", APT_GET.format(folder=pipeline, lacks="chromium-headless-shell"))
    for name in present:
        program(pipeline / name, "#!/bin/sh\n")
    name, asked = found(pipeline)
    assert (name, len(asked)) == ("chromium", 2 + more)


@pytest.mark.parametrize(("user", "asked"), [(1000, True), (0, False)])
def test_chromium_is_never_installed_unasked_or_without_the_right(
    debian: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], user: int, *, asked: bool
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    allowed = browser.may_install_packages(asked=asked)
    assert browser.chromium_or_advice(may_install=allowed) == ""
    assert "sudo apt-get install chromium-headless-shell" in capsys.readouterr().err
    assert not (debian / "asked").exists()


def marks(words: list[str], *, quick: bool, browser: bool) -> list[str]:
    """Return what each run of pytest selects."""
    runs = checks.pytest_runs(words, quick=quick, browser=browser)
    return [one.command[one.command.index("-m", 3) + 1] if "-m" in one.command[3:] else "" for one in runs]


def test_quick_leaves_out_what_is_slow_and_the_browser() -> None:
    assert marks([], quick=True, browser=True) == [checks.QUICK]
    assert marks(["tests/core"], quick=True, browser=True) == [checks.QUICK]


def test_quick_tries_the_first_case_of_a_test_and_the_whole_suite_all(request: pytest.FixtureRequest) -> None:
    (quick,) = checks.pytest_runs([], quick=True, browser=True)
    assert "--first-cases" in quick.command
    assert not any("--first-cases" in one.command for one in checks.pytest_runs([], quick=False, browser=True))
    module = request.node.getparent(pytest.Module)
    name = test_chromium_is_never_installed_unasked_or_without_the_right.__name__
    later = [one.name for one in later_cases(list(module.collect())) if one.name.startswith(name)]
    assert later == [f"{name}[0-False]"]


def test_every_test_is_in_one_of_the_two_runs() -> None:
    assert marks([], quick=False, browser=True) == ["not alone", "alone"]


def test_only_the_browser_is_left_out_where_there_is_none() -> None:
    assert marks([], quick=False, browser=False) == ["not alone and not browser", "alone"]
    assert marks(["tests/core"], quick=False, browser=False) == ["not browser"]


def test_what_is_asked_by_name_runs_alone_and_as_asked() -> None:
    (one,) = checks.pytest_runs(["tests/core", "-x"], quick=False, browser=True)
    assert one.command[1:] == ["-m", "pytest", "-rfEs", "tests/core", "-x"]


def test_check_gives_its_code_and_its_time() -> None:
    outcome = checks.run(Check("types", [sys.executable, "-c", "raise SystemExit(3)"]), {})
    assert (outcome.name, outcome.code) == ("types", 3)
    assert str(Outcome("types", 3, 1.25)) == "  FAILED     1.2 s  types"
    assert str(Outcome("types", 0, 12.0)) == "  ok        12.0 s  types"


def test_given_server_is_the_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", "postgresql://somewhere/else")
    with postgres.server_for_tests(may_install=False) as url:
        assert url == "postgresql://somewhere/else"


@pytest.mark.slow
@pytest.mark.postgres
def test_own_server_lives_as_long_as_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg  # beside what it tests

    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    monkeypatch.setattr(postgres, "USUAL", ())
    with postgres.server_for_tests(may_install=False) as url:
        if not url:
            pytest.skip("PostgreSQL's programs are not on this machine")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE for_a_moment")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
