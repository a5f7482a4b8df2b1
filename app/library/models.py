"""Resources, their tags, their files and the text read in them."""

from __future__ import annotations

import enum
from array import array
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship, validates

from app.accounts.models import Organisation, User
from app.core.clock import now
from app.core.db import PUBLIC_ID_LENGTH, HasMoments, HasPublicId, PartialDate, UtcDateTime, sort_key
from app.core.i18n import current_language
from app.core.text import one_line
from app.extensions import db
from app.spaces.models import Space, SpaceContent

BOX_SCALE = 65535


class Reading(enum.StrEnum):
    """What became of the text of a file."""

    WAITING = "waiting"
    SEARCHABLE = "searchable"
    PARTIAL = "partial"
    IMAGE_ONLY = "image_only"
    RECOGNISED = "recognised"
    PROTECTED = "protected"
    UNREADABLE = "unreadable"
    TOO_BIG = "too_big"
    EMPTY = "empty"


class Safety(enum.StrEnum):
    """What an antivirus said of a file; UNCHECKED: it came when the site had none."""

    UNCHECKED = "unchecked"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class Unit(enum.StrEnum):
    """What a numbered part of a file is."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    PASSAGE = "passage"


resource_tag = Table(
    "resource_tag",
    db.metadata,
    Column("resource_id", ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


#: What a resource may be filtered by in the fields of its kind: a copy of ``Resource.fields``, made with it
#: (docs/decisions/0016). ``name`` is the field's, ``value`` a key of its type.
resource_facet = Table(
    "resource_facet",
    db.metadata,
    Column("resource_id", ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", String(200), primary_key=True),
    Index("ix_resource_facet_name_value", "name", "value"),
)


#: What the words of a resource point to, made with them: ``pointed`` is a public id, that may be nobody's.
resource_link = Table(
    "resource_link",
    db.metadata,
    Column("resource_id", ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True),
    Column("pointed", String(PUBLIC_ID_LENGTH), primary_key=True, index=True),
)


class TagState(enum.StrEnum):
    """Where a keyword stands: a term of the thesaurus, or a word of one space with what was decided of it."""

    ADOPTED = "adopted"
    PROPOSED = "proposed"
    REFUSED = "refused"
    MERGED = "merged"


class Tag(HasPublicId, HasMoments, db.Model):
    """A keyword. ``slug`` is its form without accents or case: two spellings are one keyword.

    A term of the thesaurus belongs to no space and is known to everybody. A word that members typed belongs to the
    space where they did and is known there alone (docs/decisions/0023): the same word typed elsewhere is another row.

    ``label`` is the word as typed, or the French label of a term; ``names`` its other names, by ``NAMES``.
    """

    __tablename__ = "tag"
    __table_args__ = (
        UniqueConstraint("space_id", "slug"),
        Index(
            "uq_tag_term",
            "slug",
            unique=True,
            sqlite_where=text("space_id IS NULL"),
            postgresql_where=text("space_id IS NULL"),
        ),
    )

    slug: Mapped[str] = mapped_column(String(90))
    label: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80), default="")
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    state: Mapped[str] = mapped_column(String(10), default=TagState.PROPOSED)
    space_id: Mapped[int | None] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(400), default="")
    names: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    note_fr: Mapped[str] = mapped_column(Text, default="")
    note_en: Mapped[str] = mapped_column(Text, default="")
    edit_version: Mapped[int] = mapped_column(default=1)

    space: Mapped[Space | None] = relationship()

    @validates("label")
    def _label(self, _key: str, label: str) -> str:
        label = one_line(label)[:80]
        self.sort_key = sort_key(label)
        return label

    @property
    def name(self) -> str:
        """The keyword in the reader's language."""
        return self.label_en or self.label if current_language() == "en" else self.label

    @property
    def is_term(self) -> bool:
        """Whether it is a term of the thesaurus."""
        return self.state == TagState.ADOPTED


class Resource(SpaceContent, db.Model):
    """A catalogued item of the library, of one kind, with zero or more files."""

    __tablename__ = "resource"
    #: All that lists, their filters and their counts ask of a resource, so that they need not read its texts.
    __table_args__ = (
        Index(
            "ix_resource_listed",
            *("state", "deleted_at", "space_id", "audience", "author_id", "kind", "published_at", "sort_key"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(20), index=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    renderer_version: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(300), default="")
    #: The date the document bears, as far as it is known.
    dated_on: Mapped[str | None] = mapped_column(PartialDate)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: While it is a draft: the colleagues of the author's authority who write in the space read and complete it.
    shared_draft: Mapped[bool] = mapped_column(default=False, server_default=false())

    #: While it is a draft: since when it waits for those who run the space to read and publish it.
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    #: Who published it, where it is known: a facilitator, for what was proposed; a colleague, for a draft of several.
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: The day on which who keeps it is asked whether it still holds, and when somebody last said that it does.
    review_on: Mapped[date | None] = mapped_column(index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    published_by: Mapped[User | None] = relationship(foreign_keys=[published_by_id])
    tags: Mapped[list[Tag]] = relationship(secondary=resource_tag, order_by=Tag.sort_key)
    #: Its files in order, without those taken away.
    attachments: Mapped[list[Attachment]] = relationship(
        primaryjoin="and_(Resource.id == Attachment.resource_id, Attachment.removed_at.is_(None))",
        back_populates="resource",
        order_by="Attachment.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class SentBack(db.Model):
    """What was answered to who proposed a resource, when it was sent back to be completed."""

    __tablename__ = "sent_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    words: Mapped[str] = mapped_column(Text)

    by: Mapped[User | None] = relationship()


class ValidityAsked(db.Model):
    """The day a person was last asked whether a resource still holds."""

    __tablename__ = "validity_asked"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    day: Mapped[date]


class Says(enum.StrEnum):
    """What a city says of another city's practice."""

    DOES = "does"
    ADAPTED = "adapted"
    STOPPED = "stopped"


class Adoption(db.Model):
    """What a city says of another's practice: it does so too, adapted it, stopped. Revisions keep its earlier words.

    ``since`` is a moment as fields of kinds keep it; ``own`` the practice in which the city tells its own.
    """

    __tablename__ = "adoption"
    __table_args__ = (UniqueConstraint("resource_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    says: Mapped[str] = mapped_column(String(10))
    since: Mapped[str] = mapped_column(String(10), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    own_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="SET NULL"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    resource: Mapped[Resource] = relationship(foreign_keys=[resource_id])
    organisation: Mapped[Organisation] = relationship()


class Shelf(db.Model):
    """A reference: another space shows a resource. It grants no right."""

    __tablename__ = "shelf"
    __table_args__ = (UniqueConstraint("space_id", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id", ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    space: Mapped[Space] = relationship()


class Blob(db.Model):
    """Bytes stored once, whatever the number of resources that carry them, and what was read in them."""

    __tablename__ = "blob"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    reading: Mapped[str] = mapped_column(String(12), default=Reading.WAITING)
    #: What the antivirus said, when, and the name of what it found (``scanning``).
    safety: Mapped[str] = mapped_column(String(10), default=Safety.UNCHECKED, server_default="unchecked", index=True)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signature: Mapped[str] = mapped_column(String(120), default="", server_default="")
    reader_version: Mapped[int] = mapped_column(default=0)
    page_count: Mapped[int] = mapped_column(default=0)
    #: Why the text is missing or cut short: a short code of the reader (timeout, memory, damaged …), never a sentence.
    reading_detail: Mapped[str] = mapped_column(String(40), default="")
    #: The pages that are pictures among pages with text; where none has any, they all are and none is named here.
    scanned: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    #: How many of these pages have had their words read on their picture; None when nobody asked for it.
    recognised: Mapped[int | None]
    #: On how many pages LibreOffice laid it out, beside it as a PDF; 0 when it could not, None when nobody asked.
    laid_out: Mapped[int | None]
    #: What the file says of itself: ``title``, ``author``, ``date`` (ISO), ``lang``. Proposals, never believed.
    #: Beside them, how many ``sheets`` it has: a long one is several pages.
    proposed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    pages: Mapped[list[Page]] = relationship(back_populates="blob", order_by="Page.n", cascade="all, delete-orphan")


class Attachment(HasPublicId, db.Model):
    """A file of a resource, through its versions."""

    __tablename__ = "attachment"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    #: When it was taken away: its readers see it no more, and it can be put back for a while.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    resource: Mapped[Resource] = relationship(back_populates="attachments")
    versions: Mapped[list[FileVersion]] = relationship(
        back_populates="attachment", order_by="FileVersion.n", cascade="all, delete-orphan"
    )

    @property
    def current(self) -> FileVersion:
        """The version shown."""
        return self.versions[-1]


class FileVersion(HasPublicId, db.Model):
    """One uploaded file, never changed in place.

    ``part`` numbers the versions of all files of a resource: the search knows their pages by it, so that those of a
    version replaced or taken away count no more though the index still holds them. ``note`` is what its author says
    has changed; ``back_to`` the number of the version whose bytes it takes again.
    """

    __tablename__ = "file_version"
    __table_args__ = (UniqueConstraint("attachment_id", "n"),)

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"))
    n: Mapped[int] = mapped_column(default=1)
    part: Mapped[int] = mapped_column(default=0, server_default="0")
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    back_to: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(220))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), index=True)

    attachment: Mapped[Attachment] = relationship(back_populates="versions")
    by: Mapped[User | None] = relationship()
    blob: Mapped[Blob] = relationship()


class ReceivedFile(HasPublicId, db.Model):
    """A file received for a form that has not been published yet; ``form`` is the path the form posts to.

    So that nothing uploaded is lost while a field is wrong, a session ends or a tab is closed.
    """

    __tablename__ = "received_file"
    __table_args__ = (Index("ix_received_file_form", "person_id", "form"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    form: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(220))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    blob: Mapped[Blob] = relationship()


class Page(db.Model):
    """One part of a file: a page, slide, sheet or passage, its text and where its words stand."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("blob_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id", ondelete="CASCADE"))
    n: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str] = mapped_column(Text)
    #: Whether its words were read on its picture, and so may be wrong.
    is_recognised: Mapped[bool] = mapped_column(default=False, server_default=false())
    packed_boxes: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    reader_version: Mapped[int]

    blob: Mapped[Blob] = relationship(back_populates="pages")

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """The box of each word of ``text.split()``: left, top, right, bottom in fractions of the page."""
        return unpack_boxes(self.packed_boxes) if self.packed_boxes else []


def pack_boxes(boxes: list[tuple[float, float, float, float]] | None) -> bytes | None:
    """Return word boxes in eight bytes each (four 16-bit fractions of the page)."""
    if not boxes:
        return None
    flat = (round(min(1.0, max(0.0, edge)) * BOX_SCALE) for box in boxes for edge in box)
    return array("H", flat).tobytes()


def unpack_boxes(packed: bytes) -> list[tuple[float, float, float, float]]:
    """Return the boxes kept by ``pack_boxes``."""
    numbers = array("H")
    numbers.frombytes(packed)
    edges = [number / BOX_SCALE for number in numbers]
    return [(edges[i], edges[i + 1], edges[i + 2], edges[i + 3]) for i in range(0, len(edges), 4)]
