"""A space worth carrying: resources with files, versions and history, what a city says of them, discussions."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Flask
from sqlalchemy import delete

from app.core.db import transaction
from app.core.jobs import Job
from app.core.storage import storage
from app.discussions import operations as talk
from app.discussions.models import Post
from app.extensions import db
from app.library.adopting import Told, tell_adoption
from app.library.collecting.models import FetchedPage, PageState
from app.library.marks import Useful, mark
from app.library.models import Resource, Shelf
from app.library.operations import ResourceDetails, edit_resource, remove_resource
from app.library.reading_lists.operations import add_to_list, make_list, pin
from app.spaces.archive.arriving import Arriving, bring_in, slug_for
from app.spaces.archive.checking import check_archive
from app.spaces.archive.leaving import write_archive
from app.spaces.archive.opening import Opened
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf, share
from tests.people import FACILITATOR, FORMER, GUEST, MEMBER, OPEN, REQUEST
from tests.support import loaded

SECRET = "motdusecret"


def furnish_space() -> None:
    """Fill the open space, inside an application context."""
    fields = {"need": "Apaiser", "actions": "Marcher", "targets": ["x"]}
    said: dict[str, Any] = {
        "kind": "practice",
        "fields": fields,
        "tags": ["Nuit", "Médiation"],
        "body": "Voir **le texte**",
    }
    practice = share("Médiation du soir", by=MEMBER, audience="network", **said)
    report = share(
        "Diagnostic",
        files=[(pdf("Le tintamarre des rues"), "diagnostic.pdf"), (b"Annexe du soir", "annexe.txt")],
        body=f"Lire /ressources/{practice.public_id}-mediation et https://ailleurs.example/ressources/{practice.public_id}",
        tags=["Nuit"],
    )
    details = ResourceDetails.of(
        kind="report", title="Diagnostic local", summary="Revu", body=report.body, tags=["Nuit"]
    )
    with transaction():
        edit_resource(loaded(FACILITATOR), db.session.get_one(Resource, report.id), details, report.edit_version)
    press = share("Article", kind="press", fields={"outlet": "La Voix", "address": "https://lavoix.example/a"})
    gone = share(SECRET)
    elsewhere = share("Ailleurs", space=REQUEST, audience="network")
    with transaction() as session:
        session.add(
            FetchedPage(address="https://lavoix.example/a", state=PageState.FOUND, text="Tout l'article",
                        found={"address": "https://lavoix.example/a"}, resource_id=press.id)
        )  # fmt: skip
        session.add(Shelf(space_id=space().id, resource_id=elsewhere.id, by_id=loaded(MEMBER).id))
    with transaction():
        remove_resource(loaded(FACILITATOR), db.session.get_one(Resource, gone.id))
    with transaction():
        tell_adoption(
            loaded(FACILITATOR), db.session.get_one(Resource, practice.id), Told("adapted", "2020-03", "À pied")
        )
    with transaction():
        one = db.session.get_one(Resource, practice.id)
        mark(loaded(GUEST), db.session.get_one(Resource, report.id), Useful, on=True)
        pin(loaded(FACILITATOR), space(), one, on=True)
        reading = make_list(loaded(FACILITATOR), space(), "À lire avant la réunion", "Dans *cet* ordre")
        add_to_list(loaded(FACILITATOR), reading, one, "Pour commencer")
    with transaction():
        thread = talk.start_thread(
            loaded(MEMBER), space(), "Et chez vous ?", f"Une *idée* ?\n\n/ressources/{report.public_id}-diagnostic"
        )
    with transaction():
        talk.reply(loaded(GUEST), thread, "Oui, bien sûr")
        wrong = talk.reply(loaded(FACILITATOR), thread, f"Je retire {SECRET}")
    with transaction():
        talk.edit_post(loaded(GUEST), posts_of(thread.id)[1], "Oui, et même plus", 1)
        talk.remove_post(loaded(FACILITATOR), db.session.get_one(Post, wrong.id))
    with transaction():
        report = db.session.get_one(Resource, report.id)
        about = talk.comment(loaded(MEMBER), report, "Page 1, très juste")
        about.page, about.file = 1, report.attachments[1].public_id  # its files have not been read
    with transaction() as session:
        former = talk.reply(loaded(MEMBER), thread, "Le mot d'un ancien")
        session.flush()
        former.author_id = loaded(FORMER).id
        space().closed_keywords = True
        session.execute(delete(Job))  # nothing here needs what was to be read and indexed


def posts_of(thread_id: int) -> list[Post]:
    return list(db.session.query(Post).filter_by(thread_id=thread_id).order_by(Post.n))


def space(slug: str = OPEN) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def carried_out(by: str | None = None, slug: str = OPEN) -> bytes:
    """Return a space as an archive, inside an application context."""
    target = io.BytesIO()
    write_archive(space(slug), loaded(by) if by else None, target)
    return target.getvalue()


def carried_in(content: bytes, slug: str = "") -> Arriving:
    """Bring an archive in, inside an application context."""
    opened = Opened(io.BytesIO(content))
    checked = check_archive(opened)
    return bring_in(opened, checked, slug_for(checked, slug))


def parts_of(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the records of an archive by part."""
    with ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.startswith("data/")]
        return {name[5:-6]: [json.loads(line) for line in archive.read(name).splitlines()] for name in names}


def changed(content: bytes, change: Any) -> bytes:
    """Return an archive after ``change(entries)``, a dictionary of its entries by name."""
    with ZipFile(io.BytesIO(content)) as archive:
        entries: dict[Any, bytes] = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


def htmls(app: Flask) -> dict[str, str]:
    """Return the HTML made of every text, by public id."""
    with app.app_context():
        found = {one.public_id: one.html for one in db.session.query(Post)}
        return found | {one.public_id: one.body_html for one in db.session.query(Resource) if one.body}


def put_files_aside(app: Flask) -> Path:
    """Take the stored files away, as on another machine; return where they are, for who puts them back."""
    with app.app_context():
        root: Path = storage().root  # type: ignore[attr-defined] # the local storage of tests
    (root / "files").rename(root / "aside")
    (root / "files").mkdir()
    return root / "aside"


def put_files_back(app: Flask) -> None:
    """Put back the files of before, if they were put aside."""
    with app.app_context():
        root: Path = storage().root  # type: ignore[attr-defined] # the local storage of tests
    if (root / "aside").exists():
        shutil.rmtree(root / "files")
        (root / "aside").rename(root / "files")
