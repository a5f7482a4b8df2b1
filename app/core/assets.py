"""Joins our style sheets and modules into one of each, beside the fonts and htmx fetched by npm, under hashed names.

Standard library only: ``./run`` may call this file as a script before anything else is installed. No build tool:
style sheets are joined in the order of their cascade layers, modules in the order of their imports.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask, Response

ROOT = Path(__file__).resolve().parents[2]
LAYERS = {
    "tokens": "tokens.css",
    "base": "base.css",
    "layout": "layout.css",
    "components": "components/*.css",
    "pages": "pages/*.css",
    "print": "print.css",
}
FONTS = {
    # package and file: family, weights, style; two alphabets each, the first page loads the first two families only.
    "source-sans-3/{}-wght-normal": ("Source Sans 3 Variable", "200 900", "normal"),
    "source-sans-3/{}-wght-italic": ("Source Sans 3 Variable", "200 900", "italic"),
    "bricolage-grotesque/{}-wght-normal": ("Bricolage Grotesque Variable", "200 800", "normal"),
    "source-serif-4/{}-wght-normal": ("Source Serif 4 Variable", "200 900", "normal"),
    "source-serif-4/{}-wght-italic": ("Source Serif 4 Variable", "200 900", "italic"),
}
PRELOADED = ("source-sans-3-latin-wght-normal", "bricolage-grotesque-latin-wght-normal")
# Ranges as published with the packages: the browser fetches latin-ext only for letters such as Œ outside Latin-1.
ALPHABETS = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,"
    "U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF",
}
#: Scripts of others served as they are: the name a page asks for, where npm puts it, and what is lost without it.
SCRIPTS = {
    "htmx.js": (
        "htmx.org/dist/htmx.min.js",
        "htmx not installed: pages reload instead of being updated in place",
    ),
    "tus.js": (
        "tus-js-client/dist/tus.min.js",
        "tus-js-client not installed: a file whose sending is cut begins again",
    ),
}
IMPORT = re.compile(r"""^import\s+.*?from\s+["'](?P<path>[^"']+)["'];\s*$""", re.MULTILINE)
EXPORT = re.compile(r"^export\s+(?=function|async|const|class|let)", re.MULTILINE)
SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S+\s*$")  # names a file that is not served
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
YEAR = 365 * 24 * 3600
OK = 200
BUILT = ("built/", "vendor/")
COMPRESSED = (".css", ".js", ".svg")


@dataclass
class Manifest:
    """What was built: public name to path under ``app/static``; fonts to preload; sentences about what is missing."""

    files: dict[str, str] = field(default_factory=dict)
    preload: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def build_assets(root: Path = ROOT) -> Manifest:
    """Build everything below ``root/app/static`` and write its manifest.

    Missing fonts or htmx are named in ``Manifest.missing`` and never fatal. Same sources, same names, same bytes.
    """
    static = root / "app" / "static"
    manifest = Manifest()
    faces = _copy_fonts(root, static, manifest)
    _copy_scripts(root, static, manifest)
    sheet = join_styles(static / "css", faces)
    module = join_modules(static / "js" / "main.js")
    _publish(static, manifest, "app.css", "built/app.{}.css", sheet.encode())
    _publish(static, manifest, "app.js", "built/app.{}.js", module.encode())
    for picture in sorted((static / "img").glob("*.svg")):
        _publish(static, manifest, picture.name, f"built/{picture.stem}.{{}}.svg", picture.read_bytes())
    _write_if_new(static / "built" / "manifest.json", json.dumps(asdict(manifest), indent=1, sort_keys=True).encode())
    return manifest


def join_styles(folder: Path, faces: str = "") -> str:
    """Return one sheet: the layer order, the font faces, then each file inside its layer, in the order of LAYERS."""
    parts = [f"@layer {', '.join(LAYERS)};", faces]
    for layer, pattern in LAYERS.items():
        rules = "\n".join(_lighten(path.read_text("utf-8")) for path in sorted(folder.glob(pattern)))
        parts.append(f"@layer {layer} {{\n{rules}\n}}")
    return "\n".join(parts) + "\n"


def join_modules(entry: Path) -> str:
    """Return one module: ``entry`` and what it imports, each file once, after the files it needs.

    Raises ValueError when two files give the same name to two things, since they now share one scope.
    """
    texts: dict[Path, str] = {}
    _gather(entry.resolve(), texts)
    joined = "\n".join(texts.values())
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", joined, re.MULTILINE)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names declared twice in the modules: {', '.join(twice)}")
    return joined


def _gather(path: Path, texts: dict[Path, str]) -> None:
    source = path.read_text("utf-8")
    for found in IMPORT.finditer(source):
        needed = (path.parent / found["path"]).resolve()
        if needed not in texts:
            _gather(needed, texts)
    texts[path] = EXPORT.sub("", IMPORT.sub("", source)).strip()


def _lighten(css: str) -> str:
    """Drop comments, indentation and empty lines: our readers need them, browsers do not."""
    lines = (line.strip() for line in COMMENT.sub("", css).splitlines())
    return "\n".join(line for line in lines if line)


def _copy_fonts(root: Path, static: Path, manifest: Manifest) -> str:
    """Copy the fonts and return their @font-face rules."""
    faces = []
    for pattern, (family, weights, style) in FONTS.items():
        for alphabet, letters in ALPHABETS.items():
            package, name = pattern.split("/")
            name = name.format(f"{package}-{alphabet}")
            source = root / "node_modules" / "@fontsource-variable" / package / "files" / f"{name}.woff2"
            if not source.is_file():
                continue
            path = _publish(static, manifest, f"{name}.woff2", f"vendor/{name}.{{}}.woff2", source.read_bytes())
            if name in PRELOADED:
                manifest.preload.append(path)
            faces.append(
                f'@font-face{{font-family:"{family}";src:url(../{path}) format("woff2");font-weight:{weights};'
                f"font-style:{style};font-display:swap;unicode-range:{letters}}}"
            )
    if len(faces) < len(FONTS) * len(ALPHABETS):
        manifest.missing.append("fonts not installed: pages use the fonts of the reader's system")
    return "\n".join(faces)


def _copy_scripts(root: Path, static: Path, manifest: Manifest) -> None:
    for name, (path, without) in SCRIPTS.items():
        source = root / "node_modules" / path
        if source.is_file():
            content = SOURCE_MAP.sub(b"", source.read_bytes())
            _publish(static, manifest, name, f"vendor/{Path(name).stem}.{{}}.js", content)
        else:
            manifest.missing.append(without)


def _publish(static: Path, manifest: Manifest, name: str, pattern: str, content: bytes) -> str:
    """Write ``content`` under its hashed name, remove its older versions, note it in the manifest, return its path."""
    path = pattern.format(hashlib.sha256(content).hexdigest()[:10])
    target = static / path
    target.parent.mkdir(parents=True, exist_ok=True)
    _write_if_new(target, content)
    if target.suffix in COMPRESSED:
        _write_if_new(_packed(target), gzip.compress(content, mtime=0))
    for older in target.parent.glob(Path(pattern).name.format("[0-9a-f]" * 10)):
        if older != target:
            older.unlink(missing_ok=True)
            _packed(older).unlink(missing_ok=True)
    manifest.files[name] = path
    return path


def _packed(target: Path) -> Path:
    return target.with_name(f"{target.name}.gz")


def _write_if_new(target: Path, content: bytes) -> None:
    """Write through a temporary name, so that several processes starting at once never serve half a file."""
    if target.is_file() and target.read_bytes() == content:
        target.touch()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    waiting = target.with_name(f".{target.name}.{hashlib.sha256(str(id(content)).encode()).hexdigest()[:6]}")
    waiting.write_bytes(content)
    waiting.replace(target)


def icon_names(root: Path = ROOT) -> list[str]:
    """Return the names of the icons of the sprite, in its order."""
    return re.findall(r'<symbol id="([\w-]+)"', (root / "app" / "static" / "img" / "sprite.svg").read_text("utf-8"))


def read_manifest(root: Path = ROOT) -> Manifest | None:
    """Return the manifest of the last build, or None when there is none that can be read."""
    try:
        return Manifest(**json.loads((root / "app" / "static" / "built" / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_stale(root: Path = ROOT) -> bool:
    """Whether a source changed since the last build, or a built file is gone."""
    static = root / "app" / "static"
    manifest = read_manifest(root)
    if manifest is None:
        return True
    paths = [static / path for path in manifest.files.values()]
    paths += [_packed(path) for path in paths if path.suffix in COMPRESSED]
    if not all(path.is_file() for path in paths):
        return True
    built = (static / "built" / "manifest.json").stat().st_mtime
    sources = [path for kind in ("css", "js", "img") for path in (static / kind).rglob("*.*")]
    return any(path.stat().st_mtime > built for path in sources)


class Assets:
    """The built files of a running site, read once; built again when a source changed, while debugging."""

    def __init__(self, root: Path = ROOT, *, watch: bool = False) -> None:
        self._root = root
        self._watch = watch
        self._manifest: Manifest | None = None
        self._addresses: dict[tuple[str, str], str] = {}  # a page asks for the same ones dozens of times

    @property
    def manifest(self) -> Manifest:
        """The current manifest; built on first need when ``./run`` has not done it."""
        if self._manifest is None or (self._watch and is_stale(self._root)):
            self._manifest = build_assets(self._root) if is_stale(self._root) else read_manifest(self._root)
        return self._manifest or Manifest()

    def url(self, name: str) -> str:
        """Return the address of a built file; an empty text when it could not be built (no htmx, no fonts)."""
        path = self.manifest.files.get(name)
        return self._address(path) if path else ""

    def preload(self) -> list[str]:
        """Return the addresses of the fonts to load first."""
        return [self._address(path) for path in self.manifest.preload]

    def _address(self, path: str) -> str:
        from flask import has_request_context, request, url_for  # this file must load before Flask is installed

        where = (request.script_root if has_request_context() else "", path)
        known = self._addresses.get(where)
        if known is None:
            known = self._addresses[where] = url_for("static", filename=path)
        return known


def register(app: Flask) -> None:
    """Give templates ``asset_url(name)`` and ``font_urls()``; let browsers keep hashed files for a year."""
    assets = Assets(watch=app.debug)
    app.jinja_env.globals.update(asset_url=assets.url, font_urls=assets.preload)
    usual = app.get_send_file_max_age

    def max_age(filename: str | None) -> int | None:
        return YEAR if filename and filename.startswith(BUILT) else usual(filename)

    # Flask documents this hook for a subclass; one function for one application says the same with less.
    app.get_send_file_max_age = max_age  # type: ignore[method-assign]
    app.after_request(_send_packed)


def _send_packed(response: Response) -> Response:
    """Send the compressed twin of a built file to a browser that takes it. Our files hold no secret (BREACH)."""
    from flask import current_app, request  # this file must load before Flask is installed
    from werkzeug.wsgi import FileWrapper  # same reason

    path = (request.view_args or {}).get("filename", "") if request.endpoint == "static" else ""
    if not path.startswith(BUILT) or not path.endswith(COMPRESSED) or response.status_code != OK:
        return response
    response.vary.add("Accept-Encoding")
    twin = _packed(Path(current_app.static_folder or "") / path)
    if not request.accept_encodings.quality("gzip") or not twin.is_file():
        return response
    if isinstance(response.response, FileWrapper):
        response.response.close()
    response.direct_passthrough = False
    response.set_data(twin.read_bytes())
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("ETag", None)  # the name already says the content
    return response


def main() -> int:
    """Build, and say in plain words what was made and what is missing. Always succeeds."""
    manifest = build_assets()
    sys.stdout.write(f"front end: {len(manifest.files)} files ready\n")
    for sentence in manifest.missing:
        sys.stdout.write(f"front end: {sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
