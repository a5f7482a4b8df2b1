"""Are the files still the bytes that were given to us? Their SHA-256 tells (FIPS 180-4)."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from app.core.slots import collect
from app.core.storage import CHUNK, storage
from app.extensions import db
from app.library.models import Blob, FileVersion


class Problem(enum.StrEnum):
    """What may be wrong with stored bytes; bytes that no row names are swept after a day."""

    LOST = "lost"
    DAMAGED = "damaged"
    UNNAMED = "unnamed"


@dataclass(frozen=True)
class Finding:
    """One file that is not as it should be, with the names under which people know it."""

    kind: Problem
    sha256: str
    names: tuple[str, ...] = ()


def verify_all() -> tuple[int, list[Finding]]:
    """Read every stored file again; return how many were read, and what is wrong."""
    named = set().union(*collect("storage.named"))
    db.session.rollback()
    findings, checked = [], 0
    for sha256 in sorted(named):
        checked += 1
        problem = _problem_of(sha256)
        if problem is not None:
            findings.append(Finding(problem, sha256, _names_of(sha256)))
    findings += [Finding(Problem.UNNAMED, one) for one in sorted(set(storage().all_hashes()) - named)]
    return checked, findings


def _problem_of(sha256: str) -> Problem | None:
    digest = hashlib.sha256()
    try:
        with storage().open(sha256) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return Problem.LOST
    return None if digest.hexdigest() == sha256 else Problem.DAMAGED


def _names_of(sha256: str) -> tuple[str, ...]:
    query = select(FileVersion.name).join(FileVersion.blob).where(Blob.sha256 == sha256).distinct()
    names = tuple(db.session.scalars(query.order_by(FileVersion.name)))
    db.session.rollback()
    return names
