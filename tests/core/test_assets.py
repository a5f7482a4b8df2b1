"""Style sheets and modules are joined in order, under hashed names, with or without the npm packages."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.core.assets import (
    LAYERS,
    ROOT,
    Manifest,
    build_assets,
    icon_names,
    is_stale,
    join_modules,
    join_styles,
    read_manifest,
    register,
)

FIRST_PAGE_LIMIT = 200_000


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Our sources alone, as on a machine without npm."""
    for kind in ("css", "js", "img"):
        shutil.copytree(ROOT / "app" / "static" / kind, tmp_path / "app" / "static" / kind)
    return tmp_path


def _built(root: Path, manifest: Manifest) -> dict[str, bytes]:
    return {name: (root / "app" / "static" / path).read_bytes() for name, path in manifest.files.items()}


def test_same_sources_give_same_names_and_bytes(bare: Path) -> None:
    first = build_assets(bare)
    contents = _built(bare, first)
    second = build_assets(bare)
    assert second == first
    assert _built(bare, second) == contents


def test_a_changed_source_changes_the_name_and_removes_the_old_file(bare: Path) -> None:
    before = build_assets(bare).files["app.css"]
    sheet = bare / "app" / "static" / "css" / "base.css"
    sheet.write_text(sheet.read_text("utf-8") + "\nhtml { margin: 0; }\n", "utf-8")
    after = build_assets(bare).files["app.css"]
    assert after != before
    assert not (bare / "app" / "static" / before).exists()


def test_layers_stand_in_their_order(bare: Path) -> None:
    sheet = join_styles(bare / "app" / "static" / "css")
    assert sheet.startswith("@layer tokens, base, layout, components, pages, print;")
    assert re.findall(r"^@layer (\w+) \{", sheet, re.MULTILINE) == list(LAYERS)


def test_braces_of_the_sheet_are_balanced() -> None:
    sheet = join_styles(ROOT / "app" / "static" / "css")
    assert sheet.count("{") == sheet.count("}")


def test_every_behaviour_is_in_the_module() -> None:
    module = join_modules(ROOT / "app" / "static" / "js" / "main.js")
    behaviours = list((ROOT / "app" / "static" / "js" / "behaviours").glob("*.js"))
    attached = re.findall(r"^function (attach\w+)\(root\)", module, re.MULTILINE)
    assert len(attached) == len(behaviours) + 1  # and attachAll
    assert not re.search(r"^(import|export)\b", module, re.MULTILINE)


def test_two_things_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("export function same() {}\n", "utf-8")
    (tmp_path / "main.js").write_text('import { same } from "./a.js";\nfunction same() {}\n', "utf-8")
    with pytest.raises(ValueError, match="same"):
        join_modules(tmp_path / "main.js")


def test_without_npm_it_builds_all_the_same_and_says_so(bare: Path) -> None:
    manifest = build_assets(bare)
    assert {"app.css", "app.js", "sprite.svg", "favicon.svg"} <= set(manifest.files)
    assert manifest.preload == []
    assert [sentence.split()[0] for sentence in manifest.missing] == ["fonts", "htmx", "tus-js-client"]
    assert "@font-face" not in (bare / "app" / "static" / manifest.files["app.css"]).read_text("utf-8")


def test_fonts_and_htmx_are_served_by_the_site_itself(bare: Path) -> None:
    if not (ROOT / "node_modules" / "htmx.org").is_dir():
        pytest.skip("npm packages not installed")
    (bare / "node_modules").symlink_to(ROOT / "node_modules")
    manifest = build_assets(bare)
    sheet = (bare / "app" / "static" / manifest.files["app.css"]).read_text("utf-8")
    assert manifest.missing == []
    assert len(manifest.preload) == 2
    assert sheet.count("@font-face") == 10
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", sheet)


def test_the_first_page_weighs_less_than_its_limit(bare: Path) -> None:
    if (ROOT / "node_modules").is_dir():
        (bare / "node_modules").symlink_to(ROOT / "node_modules")
    manifest = build_assets(bare)
    contents = _built(bare, manifest)
    sent = [name for name in ("app.css", "app.js", "sprite.svg", "favicon.svg", "htmx.js") if name in contents]
    fonts = sum((bare / "app" / "static" / path).stat().st_size for path in manifest.preload)
    page = 12_000  # a long page of ours, compressed
    assert page + fonts + sum(len(gzip.compress(contents[name])) for name in sent) < FIRST_PAGE_LIMIT


def test_a_build_is_stale_when_a_source_is_newer_or_a_file_is_gone(bare: Path) -> None:
    assert is_stale(bare)
    manifest = build_assets(bare)
    assert not is_stale(bare)
    assert read_manifest(bare) == manifest
    (bare / "app" / "static" / manifest.files["app.js"]).unlink()
    assert is_stale(bare)


def test_built_files_travel_compressed_and_are_kept_for_a_year() -> None:
    app = Flask("site", static_folder=str(ROOT / "app" / "static"))
    register(app)
    with app.test_request_context():
        asset_url: Any = app.jinja_env.globals["asset_url"]
        address = asset_url("app.css")
    client = app.test_client()
    with client.get(address) as plain, client.get(address, headers={"Accept-Encoding": "gzip"}) as packed:
        _assert_same_file_packed(plain, packed)


def _assert_same_file_packed(plain: Response, packed: Response) -> None:
    assert (plain.status_code, packed.status_code) == (200, 200)
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "max-age=31536000" in packed.headers["Cache-Control"]


def test_icon_names_are_unique() -> None:
    names = icon_names()
    assert sorted(set(names)) == sorted(names)


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8")
