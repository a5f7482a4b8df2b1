"""What spaces themselves put into an archive: the space, and who takes part in it."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.slots import fill
from app.core.storage import storage
from app.core.text import clean_text
from app.extensions import db
from app.spaces.archive.arriving import Arriving
from app.spaces.archive.checking import SPACE_PART
from app.spaces.archive.leaving import Leaving
from app.spaces.archive.parts import Part, Record
from app.spaces.models import SECTIONS, JoinPolicy, Membership, Role, Space, Visibility

#: What administrators of each site decide.
SITE_S = frozenset({"quota", "nearly_full_at"})
IMAGE = "image.webp"
LARGEST_IMAGE = 5 * 1024 * 1024


@fill("space.archive", order=10)
def space_parts() -> list[Part]:
    """Return the parts of spaces."""
    return [
        Part(
            SPACE_PART,
            Space,
            lambda leaving: select(Space).where(Space.id == leaving.space.id),
            leave_out={"slug", "sort_key", "purpose_html", "welcome_html", "deleted_at", "image_sha256", *SITE_S},
            choices={"visibility": set(Visibility), "join_policy": set(JoinPolicy)},
            keys={"image"},
            files=lambda record: [(record["image"], IMAGE)] if record.get("image") else [],
            also=_image,
            prepare=_prepare_space,
        ),
        Part(
            "memberships",
            Membership,
            lambda leaving: select(Membership).where(Membership.space_id == leaving.space.id).order_by(Membership.id),
            leave_out={"warned_at"},
            choices={"role": set(Role)},
            prepare=_prepare_membership,
            title=_l("Participations"),
        ),
    ]


def _image(space: Space, leaving: Leaving) -> Record:
    return {"image": leaving.file(space.image_sha256, IMAGE) if space.image_sha256 else None}


def _prepare_space(record: Record, arriving: Arriving) -> Record | None:
    """Make the HTML anew, keep the rule of private spaces, and take the image in if it is one of ours."""
    sections = record.get("hidden_sections")
    closed = record.get("visibility") == Visibility.PRIVATE
    return {
        "purpose_html": arriving.markdown(str(record.get("purpose") or ""))[0],
        "welcome_html": arriving.markdown(str(record.get("welcome") or ""))[0],
        "hidden_sections": [one for one in SECTIONS if isinstance(sections, list) and one in sections],
        "image_sha256": _stored_image(record.get("image"), arriving),
        **({"join_policy": JoinPolicy.INVITATION.value} if closed else {}),
        "name": clean_text(str(record.get("name") or "")).strip() or arriving.checked.manifest["space"]["slug"],
    }


def _stored_image(sha256: Any, arriving: Arriving) -> str | None:
    source = arriving.file(str(sha256)) if sha256 else None
    if source is None:
        return None
    with source:
        content = source.read(LARGEST_IMAGE + 1)
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) <= LARGEST_IMAGE
    return storage().put(io.BytesIO(content)).sha256 if is_webp else None


def _prepare_membership(record: Record, arriving: Arriving) -> Record | None:
    """Give a place back to who has an account here; a guest runs nothing."""
    user_id = arriving.person(record.get("user_id"))
    if user_id is None or not arriving.is_present(record.get("user_id")):
        return None
    user = db.session.get_one(User, user_id)
    return {"role": Role.MEMBER.value} if user.is_guest else {}
