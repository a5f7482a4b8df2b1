"""What the page of a resource shows: the page in front of the reader, its picture, its hits, its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.core.i18n import current_language
from app.core.storage import storage
from app.extensions import db
from app.library.addresses import download_url, picture_url, resource_url
from app.library.grids import Grid, grid_of
from app.library.hits import boxes_on, pages_with_hits
from app.library.models import Blob, FileVersion, Page, Resource
from app.library.reading.pictures import THUMBNAIL_WIDTH, VIEW_WIDTH, has_pictures, picture_name
from app.library.receiving import filetype_of
from app.library.webp import webp_size
from app.search.marking import clauses_of
from app.search.snippets import flowing, mark

TEXT, IMAGE = "text", "image"
NEIGHBOURS = 2  # thumbnails before and after the page shown
MOST_THUMBNAILS = 14
AHEAD = 2  # pages drawn before they are asked for, so that turning pages does not wait
NUMBER = "{n}"


@dataclass(frozen=True)
class Thumbnail:
    """One page in the strip; ``image`` is empty until it has been drawn."""

    number: int
    image: str
    has_hit: bool


@dataclass
class Document:
    """One file open at one page, as the viewer shows it (see ``components/viewer.html``)."""

    number: int
    pages: int
    url: str
    view: str
    text: Markup
    #: The text as a table, where the page is of a sheet whose columns are known.
    grid: Grid | None = None
    image: str = ""
    image_width: int = 0
    image_height: int = 0
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    thumbs: list[Thumbnail] = field(default_factory=list)
    find: str = ""
    hits: int = 0
    hit_number: int = 0
    previous_hit: str = ""
    next_hit: str = ""
    image_url: str = ""
    text_url: str = ""
    download_url: str = ""
    lang: str = ""
    #: Whether its words were read on pictures, and so may be wrong.
    is_recognised: bool = False
    #: What else the address of a page carries, for the form that goes to another one.
    kept: list[tuple[str, str]] = field(default_factory=list)
    label: str = ""
    unit: str = ""
    #: Whether the page has a picture that is being drawn; until then its text is shown.
    being_drawn: bool = False
    #: Pages and thumbnails to be drawn because somebody looks at them.
    wanted_pages: list[int] = field(default_factory=list)
    wanted_thumbnails: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """What the address of a resource asks for; ``page`` 0 means the first, or the first with a hit."""

    page: int = 0
    words: str = ""
    view: str = IMAGE


def document_of(
    resource: Resource, version: FileVersion, look: Look, chosen_file: str = "", chosen_version: str = ""
) -> Document | None:
    """Return a file open at the page asked for, None when there is nothing to show yet or at all.

    ``chosen_file`` is the public id of the attachment in the address, empty for the first file; ``chosen_version`` the
    number of an earlier version, empty for the current one.
    """
    blob = version.blob
    if not can_be_shown(blob):
        return None
    drawable = _is_drawable(blob)
    pages = max(1, blob.page_count)
    hits = pages_with_hits(blob, look.words, resource.lang)
    number = min(look.page or (hits[0] if hits else 1), pages)
    which = {"fichier": chosen_file, "version": chosen_version}
    state = {**which, "q": look.words, "vue": "texte" if look.view == TEXT else ""}
    document = Document(
        number=number,
        pages=pages,
        url=_with_number(resource, state),
        view=look.view if drawable else TEXT,
        text=Markup(),
        find=look.words,
        hits=len(hits),
        hit_number=hits.index(number) + 1 if number in hits else 0,
        previous_hit=_address(resource, state, max((n for n in hits if n < number), default=0)),
        next_hit=_address(resource, state, min((n for n in hits if n > number), default=0)),
        text_url=resource_url(resource, **{**state, "page": number, "vue": "texte"}),
        image_url=resource_url(resource, **{**state, "page": number, "vue": ""}),
        download_url=download_url(version),
        lang="" if resource.lang in {"", "mul", current_language()} else resource.lang,
        kept=[(name, value) for name, value in which.items() if value],
    )
    _show_text(document, blob, resource.lang)
    if drawable:
        _show_picture(document, version, hits)
    return document


def can_be_shown(blob: Blob) -> bool:
    """Tell whether a file that may be opened has something to show on the page of its resource."""
    return bool(blob.page_count or (blob.reader_version and _is_drawable(blob)))


def _is_drawable(blob: Blob) -> bool:
    return has_pictures(filetype_of(blob.type)) or bool(blob.laid_out)


def _with_number(resource: Resource, state: dict[str, str]) -> str:
    """Return the address of a page with ``{n}`` for its number."""
    return resource_url(resource, page="NUMBER", **state).replace("page=NUMBER", f"page={NUMBER}")


def _address(resource: Resource, state: dict[str, str], page: int) -> str:
    return resource_url(resource, page=page, **state) if page else ""


def _show_text(document: Document, blob: Blob, lang: str) -> None:
    wanted = select(Page).where(Page.blob_id == blob.id, Page.n == document.number).options(undefer(Page.packed_boxes))
    page = db.session.scalar(wanted)
    if page is None:
        return
    clauses = clauses_of(document.find)
    text = page.text if page.unit == "sheet" else flowing(page.text)
    document.text = mark(text, clauses, lang or "fr")
    document.grid = grid_of(page, clauses, lang or "fr")
    document.label, document.unit, document.is_recognised = page.label, page.unit, page.is_recognised
    document.boxes = boxes_on(page, clauses, lang)


def _show_picture(document: Document, version: FileVersion, hits: tuple[int, ...]) -> None:
    sha256 = version.blob.sha256
    path = storage().derived(picture_name(sha256, document.number, VIEW_WIDTH))
    near = range(max(1, document.number - 1), min(document.pages, document.number + AHEAD) + 1)
    document.wanted_pages = [n for n in near if storage().derived(picture_name(sha256, n, VIEW_WIDTH)) is None]
    document.being_drawn = path is None and document.view == IMAGE
    if path is not None:
        document.image = picture_url(version, document.number, VIEW_WIDTH)
        document.image_width, document.image_height = _size(path)
    for n in _strip(document.number, document.pages, hits):
        drawn = storage().derived(picture_name(sha256, n, THUMBNAIL_WIDTH)) is not None
        if not drawn:
            document.wanted_thumbnails.append(n)
        document.thumbs.append(Thumbnail(n, picture_url(version, n, THUMBNAIL_WIDTH) if drawn else "", n in hits))


def _strip(number: int, pages: int, hits: tuple[int, ...]) -> list[int]:
    """Return the pages of the strip: the first, those around the page shown, and the nearest pages with a hit."""
    if pages <= 1:
        return []
    around = set(range(max(1, number - NEIGHBOURS), min(pages, number + NEIGHBOURS) + 1)) | {1}
    nearest = sorted((n for n in hits if n not in around), key=lambda n: abs(n - number))
    rest = sorted(set(range(1, pages + 1)) - around, key=lambda n: abs(n - number)) if pages <= MOST_THUMBNAILS else []
    chosen = [*sorted(around), *nearest, *rest]
    return sorted(dict.fromkeys(chosen[:MOST_THUMBNAILS]))


def _size(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        return webp_size(file.read(32)) or (VIEW_WIDTH, round(VIEW_WIDTH * 1.414))
