"""What files say of themselves, proposed to the person who brought them: never believed, always shown as proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.accounts.models import User
from app.library.collecting.models import FetchedPage
from app.library.fields_form import text_of
from app.library.forms import ResourceForm
from app.library.kinds import UnreadableError
from app.library.models import ReceivedFile, Resource, Tag
from app.library.saying import may_be_told, said_by
from app.library.thesaurus.offering import BODY, SUMMARY, TITLE, offered


@dataclass(frozen=True)
class Proposal:
    """What a file, or a page of the web, proposes for a field; ``is_taken``: it stands in the field now."""

    name: str
    value: str
    file: str
    is_taken: bool


def propose(
    form: ResourceForm, waiting: Sequence[ReceivedFile], taken: str = "", page: FetchedPage | None = None
) -> dict[str, Proposal]:
    """Fill what nobody has typed from what a page and the files say, and return what they propose, by field.

    ``taken`` names a field whose proposal the person takes in place of what they had typed.
    """
    found: dict[str, Proposal] = {}
    said = [(_site(page), _of_page(form, page))] if page else []
    said += [(received.name, _said(form, received)) for received in waiting]
    for source, values in said:
        for name, value in values.items():
            if name in found:
                continue
            if name == taken or not text_of(form[name]).strip():
                form[name].data = value
            found[name] = Proposal(name, value, source, text_of(form[name]) == value)
    return found


def propose_keywords(
    person: User, form: ResourceForm, waiting: Sequence[ReceivedFile], resource: Resource | None
) -> list[Tag]:
    """Return the terms that what is typed and the files speak of, and that are not typed yet."""
    own = [text_of(form[one.name]) for one in form.of_kind.fields]
    typed = [(text_of(form.title), TITLE), (text_of(form.summary), SUMMARY), ("\n".join(own), BODY)]
    blobs = [one.blob for one in waiting if may_be_told(one)]
    blobs += [one.current.blob for one in resource.attachments] if resource else []
    texts = [*typed, (text_of(form.body), BODY)]
    return offered(person, texts, blobs, text_of(form.tags), text_of(form.lang))


def _said(form: ResourceForm, received: ReceivedFile) -> dict[str, str]:
    """Return what one file says, by field of the form: as much as its fields can read."""
    said = said_by(received)
    proposed = {one.name: str(said.get((one.render_kw or {}).get("data-proposal", "")) or "") for one in form}
    return _readable(form, proposed)


def _of_page(form: ResourceForm, page: FetchedPage) -> dict[str, str]:
    """Return what a page says, by field of the form."""
    return _readable(form, {one.name: str(page.found.get(one.name, "")) for one in form})


def _site(page: FetchedPage) -> str:
    return (urlsplit(page.address).hostname or "").removeprefix("www.")


def _readable(form: ResourceForm, proposed: Mapping[str, str]) -> dict[str, str]:
    """Return proposals as they would be typed, those that their field can read."""
    types = {one.name: one.type for one in form.of_kind.fields}
    values = {}
    for field in form:
        value = proposed.get(field.name, "")
        if value and field.name in types:
            try:
                value = types[field.name].written(types[field.name].read(value))
            except UnreadableError:
                continue
        if value:
            values[field.name] = value
    return values
