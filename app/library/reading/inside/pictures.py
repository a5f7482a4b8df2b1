"""Pictures of pages, and pictures themselves: decoded, turned upright, shrunk and stripped of what they carry."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image, ImageOps

from ..images import PILLOW_FORMATS  # noqa: TID252 - the child loads this package under another name
from ..limits import DEFAULT_BOUNDS  # noqa: TID252 - the child loads this package under another name
from .pdf import open_pdf
from .trouble import CannotRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from .output import Output

    Drawer = Callable[[int, int], Image.Image]

# A page is as tall as it likes: beyond five times its width it is shown in part.
_TALLEST = 5
_QUALITY = 80
_WHITE = (255, 255, 255)


def run(request: dict[str, Any], _limits: dict[str, Any], output: Output) -> None:
    """Read a picture file: it has no text of its own, but it must open. Raises CannotRead."""
    image = open_image(request["path"], request["code"])
    upright(image)
    frames = getattr(image, "n_frames", 1)
    still = request["code"] != "tiff"
    output.end(status="image_only", page_count=1 if still else min(frames, DEFAULT_BOUNDS.frames))


def render(request: dict[str, Any], output: Output, folder: Path) -> None:
    """Write "<page>-<width>.webp" for each asked page that can be drawn, and name it in the results as it is done.

    A page is drawn once, at the largest width asked for it, and shrunk to the others.
    """
    drawer = _pdf_drawer if request["family"] == "pdf" else _image_drawer
    draw = drawer(request)
    done = 0
    for page, widths in request["pages"]:
        try:
            picture = draw(page, max(widths))
            for width in sorted(widths, reverse=True):
                picture.thumbnail((width, width * _TALLEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
                # Method 2 takes half the time of method 3 for two bytes more in a hundred.
                picture.save(folder / f"{page}-{width}.webp", "WEBP", quality=_QUALITY, method=2)
                output.note({"picture": page, "width": width})
        except (pypdfium2.PdfiumError, OSError, ValueError, IndexError, SyntaxError, EOFError):
            continue  # this page cannot be drawn; the others may
        done += 1
    output.end(status="searchable" if done else "unreadable", detail="", page_count=done)


def portray(request: dict[str, Any], output: Output, folder: Path) -> None:
    """Write "<side>.webp" for each asked side: the middle square of a picture, upright. Raises CannotRead."""
    image = open_image(request["path"], request["code"])
    largest = max(request["sides"])
    image.draft("RGB", (2 * largest, 2 * largest))  # a JPEG is decoded small at once; nothing for the others
    whole = upright(image)
    for side in request["sides"]:
        square = ImageOps.fit(whole, (side, side), Image.Resampling.LANCZOS)
        square.save(folder / f"{side}.webp", "WEBP", quality=_QUALITY, method=4)
        output.note({"picture": side})
    output.end(status="image_only", page_count=1)


def _pdf_drawer(request: dict[str, Any]) -> Drawer:
    document = open_pdf(request["path"])

    def draw(number: int, width: int) -> Image.Image:
        """Return a page, numbered from 1, at a width in pixels. Raises IndexError."""
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        across, down = page.get_size()
        if not (across > 0 and down > 0 and math.isfinite(across * down)):
            raise ValueError(number)
        # The scale, not the page, decides the number of pixels: a page 5 km wide costs no more than another.
        scale = min(width / across, width * _TALLEST / down)
        drawn: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
        return drawn.convert("RGB")

    return draw


def _image_drawer(request: dict[str, Any]) -> Drawer:
    image = open_image(request["path"], request["code"])

    def draw(number: int, _width: int) -> Image.Image:
        image.seek(number - 1)
        return upright(image)

    return draw


def open_image(path: str, code: str) -> Image.Image:
    """Open a picture with the decoder its type names, within the bound of pixels; raises CannotRead."""
    Image.MAX_IMAGE_PIXELS = DEFAULT_BOUNDS.pixels
    try:
        image = Image.open(Path(path), formats=[PILLOW_FORMATS[code]])
    except Image.DecompressionBombError as error:
        raise CannotRead("too_big", "pixels") from error
    if image.width * image.height > DEFAULT_BOUNDS.pixels:
        raise CannotRead("too_big", "pixels")
    return image


def upright(image: Image.Image) -> Image.Image:
    """Return a decoded copy in RGB on white, turned as its EXIF orientation asks, carrying no metadata at all."""
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        layer = turned.convert("RGBA")
        plain = Image.new("RGB", layer.size, _WHITE)
        plain.paste(layer, mask=layer.getchannel("A"))
        return plain
    plain = turned.convert("RGB")
    clean = Image.new("RGB", plain.size)
    clean.paste(plain)
    return clean
