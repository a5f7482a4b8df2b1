"""The page of a resource: the document at one page, what is known of it, and what others say of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import OperationalError

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.forms import number_in
from app.core.paging import page_number
from app.core.slots import collect
from app.core.text import one_line, slugify, typographic
from app.library.addresses import download_url, resource_url, version_url
from app.library.anchors import PageSeen
from app.library.carriers import attachment_of, version_numbered
from app.library.collecting.claiming import text_shown
from app.library.exchange.citing import tags_of
from app.library.exchange.leaving import reference_of
from app.library.facts import chapters, due_words, essentials, head_facts, is_due, resource_trail
from app.library.histories import is_replaced, replaced_words
from app.library.jobs import draw_soon, will_be_drawn
from app.library.kinds import kind_of
from app.library.lines import file_lines
from app.library.marks import marks_of
from app.library.models import Attachment, FileVersion, Resource
from app.library.paper import form_names
from app.library.permissions import (
    can_archive_resource,
    can_bring_back_resource,
    can_edit_resource,
    can_mark_resource,
    can_move_resource,
    can_prepare_resource,
    can_verify_resource,
)
from app.library.queries import opened_resource_for
from app.library.reading_lists.permissions import can_pin
from app.library.reading_lists.queries import is_pinned
from app.library.rows import foreign_lang
from app.library.scanning.safety import is_open, may_open
from app.library.states import state_of, unit_word
from app.library.thesaurus.waiting import words_taken_off
from app.library.viewing import IMAGE, TEXT, Document, Look, document_of
from app.library.views.doors import library
from app.search.marking import clauses_of, mark_html
from app.spaces.models import State

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_WORDS = 200
#: What the address of a resource may say beside its name: nothing else goes on into another address.
STATE = ("fichier", "version", "page", "q", "vue")


@library.get("/ressources/<string(length=10):public_id>", defaults={"slug": ""})
@library.get("/ressources/<string(length=10):public_id>-<slug>")
@signed_in
def resource_page(public_id: str, slug: str) -> ResponseReturnValue:
    """Show a resource, its document open at the page of the address."""
    resource = opened_resource_for(person(), public_id)
    if resource.state == State.DRAFT:
        prepares = can_prepare_resource(person(), resource)
        page = "library.prepare_page" if prepares else "library.review_page"
        return redirect(url_for(page, public_id=public_id, **({} if prepares else _state_here())))
    if slug != slugify(resource.title):
        return redirect(resource_url(resource, **_state_here()), code=301)
    return render_template("library/resource.html", **page_of_resource(resource))


def _state_here() -> dict[str, Any]:
    return {name: request.args[name] for name in STATE if name in request.args}


def page_of_resource(resource: Resource) -> dict[str, Any]:
    """Return what ``library/resource.html`` takes, the document open as the address says."""
    attachment = _chosen_file(resource)
    version = _chosen_version(attachment) if attachment else None
    return _page(resource, version, _document(resource, version))


def _chosen_file(resource: Resource) -> Attachment | None:
    chosen = request.args.get("fichier", "")
    if chosen:
        return attachment_of(resource, chosen)
    return resource.attachments[0] if resource.attachments else None


def _chosen_version(attachment: Attachment) -> FileVersion:
    number = number_in(request.args.get("version", ""))
    return attachment.current if number is None else version_numbered(attachment, number)


def _document(resource: Resource, version: FileVersion | None) -> Document | None:
    if version is None or not is_open(version.blob):
        return None
    look = Look(
        page=page_number() if "page" in request.args else 0,
        words=one_line(request.args.get("q", ""))[:LONGEST_WORDS],
        view=TEXT if request.args.get("vue") == "texte" else IMAGE,
    )
    document = document_of(
        resource, version, look, request.args.get("fichier", ""), str(version.n) if is_replaced(version) else ""
    )
    if document is not None and (document.wanted_pages or document.wanted_thumbnails):
        _draw(version, document)
    return document


def _draw(version: FileVersion, document: Document) -> None:
    """Have the missing pictures made; meanwhile, and where nothing can be written, the page is shown as text."""
    if will_be_drawn(version.blob, document.wanted_pages, document.wanted_thumbnails):
        return
    try:
        with transaction():
            draw_soon(version.blob, document.wanted_pages, document.wanted_thumbnails)
    except OperationalError as error:
        current_app.logger.warning("pictures could not be asked for: %s", error.orig)


def _marking(resource: Resource) -> Callable[[str], Markup] | None:
    """Return what marks the words of the address in the resource's own texts, None where there are none."""
    clauses = clauses_of(one_line(request.args.get("q", ""))[:LONGEST_WORDS])
    return partial(mark_html, clauses=clauses, lang=resource.lang or "fr") if clauses else None


def _pdf_of(resource: Resource) -> str:
    """Return the whole address of the first PDF of a resource that may be opened."""
    versions = [one.current for one in resource.attachments]
    found = next((one for one in versions if one.blob.type == "pdf" and is_open(one.blob)), None)
    return current_app.config["SETTINGS"].public_url + download_url(found, attached=False) if found else ""


def _page(resource: Resource, version: FileVersion | None, document: Document | None) -> dict[str, Any]:
    kind, marking = kind_of(resource.kind), _marking(resource)
    may_edit = can_edit_resource(person(), resource)
    return {
        "resource": resource,
        "version": version,
        "kind": kind,
        "lang": foreign_lang(resource),
        "trail": resource_trail(resource, person()),
        "head": head_facts(resource),
        "document": document,
        "place": unit_word(document.unit, document.number, document.label) if document else "",
        "unavailable": state_of(version.blob) if version and document is None else None,
        "marking": marking,
        "body": typographic(resource.body_html) if resource.lang == "fr" else resource.body_html,
        "essentials": essentials(resource),
        "chapters": chapters(resource),
        "tags": [{"label": tag.name, "url": url_for("library.resources_page", mot=tag.slug)} for tag in resource.tags],
        "files": file_lines(resource, with_state=may_edit, shown=version),
        "download": download_url(version) if version and may_open(person(), version) else "",
        "may_be_opened": version is None or is_open(version.blob),
        "replaced": replaced_words(version) if version and is_replaced(version) else "",
        "current_url": version_url(resource, version.attachment.current) if version else "",
        "has_earlier": any(len(one.versions) > 1 for one in resource.attachments),
        "forms": form_names() if kind.compares_places else [],
        "may_edit": may_edit,
        "taken_off": words_taken_off(resource) if may_edit else [],
        "article": text_shown(resource),
        "citation": tags_of(reference_of(resource), _pdf_of(resource)),
        "may_move": can_move_resource(person(), resource),
        "due": due_words(resource) if is_due(resource) and can_verify_resource(person(), resource) else "",
        "may_mark": can_mark_resource(person(), resource),
        "is_kept": marks_of(person(), resource).kept,
        "may_pin": can_pin(person(), resource.space) and resource.state == State.PUBLISHED,
        "is_pinned": is_pinned(resource.space, resource),
        "may_list": can_mark_resource(person(), resource),
        "may_archive": can_archive_resource(person(), resource),
        "may_bring_back": can_bring_back_resource(person(), resource),
        "asides": _asides(resource, version, document),
    }


def _asides(resource: Resource, version: FileVersion | None, document: Document | None) -> list[Any]:
    """Return what stands beside a resource that is out; nobody speaks of a draft yet."""
    if resource.state == State.DRAFT:
        return []
    seen = PageSeen(version.attachment, document.number) if version and document and document.pages > 1 else None
    return collect("resource.aside", resource, seen)
