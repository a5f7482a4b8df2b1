"""The size of a picture, read from its header without decoding a pixel."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from .refusals import NotAccepted

if TYPE_CHECKING:
    from .limits import Bounds

PILLOW_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF", "tiff": "TIFF"}


def measure(stream: BinaryIO, code: str, bounds: Bounds) -> tuple[int, int]:
    """Return width and height in pixels; raise NotAccepted for a damaged header or more than `bounds.pixels`.

    Only the one decoder the signature named is tried, and Pillow decodes nothing before `load`.
    """
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound comes just below
            image = Image.open(stream, formats=[PILLOW_FORMATS[code]])
    except Image.DecompressionBombError as error:
        raise NotAccepted("too_many_pixels", most=bounds.pixels) from error
    except Exception as error:  # a fuzzed header makes Pillow raise nearly anything
        raise NotAccepted("damaged") from error
    width, height = image.size
    if width * height > bounds.pixels:
        raise NotAccepted("too_many_pixels", pixels=width * height, most=bounds.pixels)
    return width, height
