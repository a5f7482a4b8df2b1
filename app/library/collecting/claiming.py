"""A page fetched for a form becomes its resource's, whose text the search then knows. Inside ``transaction()``."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.accounts.models import User
from app.extensions import db
from app.library.collecting.models import FetchedPage
from app.library.models import Resource

#: The field of a kind that says where its page is, and the rights under which its text may be shown.
ADDRESS, RIGHTS = "address", "rights"
SHOWN = frozenset({"granted", "free"})


def page_waiting(person: User, form: str) -> FetchedPage | None:
    """Return the page a person had fetched for a form."""
    mine = (FetchedPage.by_id == person.id) & (FetchedPage.form == form[:300]) & FetchedPage.resource_id.is_(None)
    found: FetchedPage | None = db.session.scalar(select(FetchedPage).where(mine).order_by(FetchedPage.id.desc()))
    return found


def forget_page(person: User, form: str) -> None:
    """Forget what was fetched for a form."""
    mine = (FetchedPage.by_id == person.id) & (FetchedPage.form == form[:300]) & FetchedPage.resource_id.is_(None)
    db.session.execute(delete(FetchedPage).where(mine))


def claim_page(person: User, resource: Resource, form: str) -> None:
    """Give a resource the text of the page whose address it kept; all else fetched for its form is forgotten."""
    page = page_waiting(person, form)
    if page is not None and page.text and page.found.get(ADDRESS) == resource.fields.get(ADDRESS):
        page.resource_id, page.form = resource.id, ""
        db.session.flush()
    forget_page(person, form)


def page_of(resource: Resource) -> FetchedPage | None:
    """Return the page a resource stands for."""
    found: FetchedPage | None = db.session.scalar(select(FetchedPage).where(FetchedPage.resource_id == resource.id))
    return found


def drop_page_of_another(resource: Resource) -> None:
    """Forget the text of a resource whose address has become another."""
    page = page_of(resource)
    if page is not None and page.found.get(ADDRESS) != resource.fields.get(ADDRESS):
        db.session.delete(page)


def text_shown(resource: Resource) -> str:
    """Return the words of the article where the rights stated allow to show them."""
    if resource.fields.get(RIGHTS) not in SHOWN:
        return ""
    page = page_of(resource)
    return page.text if page else ""
