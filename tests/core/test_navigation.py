"""Where a person may be sent after signing in."""

from __future__ import annotations

import pytest

from app.core.navigation import safe_next


@pytest.mark.parametrize("target", ["/", "/espaces?page=2", "/recherche?q=l%27%C3%A9lu#haut"])
def test_local_path_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "//evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "\t//evil.test",
        "https://evil.test",
        "javascript:alert(1)",
        "/ /x",
        "/\n/evil.test",
        "evil.test",
        "/" + "a" * 3000,
        7,
    ],
)
def test_any_other_address_is_refused(target: object) -> None:
    assert safe_next(target) is None
