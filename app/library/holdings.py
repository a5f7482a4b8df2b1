"""What a person may read of the library, in the arrays that search holds in memory: which resources a list wants.

The catalogue is that of the present transaction, and every change of a resource moves it, so these answers are those of
``listing.are_visible`` without a statement over the rows: a list is counted some ten times for one page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from sqlalchemy import Select, select

from app.accounts.models import User
from app.accounts.organisations.likeness import is_like
from app.accounts.organisations.sizes import band_column
from app.core.days import today
from app.core.db import cache_of_transaction
from app.core.paging import Page
from app.extensions import db
from app.library.facets import SIZE, facet_label, people_of
from app.library.listing import ONLY, WITH, Wanted, resources_shown_to
from app.library.models import Resource
from app.library.permissions import can_verify_resource
from app.library.thesaurus.reach import slugs_reached
from app.search.audience import catalogue
from app.search.catalogue import Scope
from app.search.columns import Bools, Column, Numbers
from app.search.query import Field
from app.spaces.permissions import readable_space_ids

TYPE = Resource.__tablename__


class Holdings:
    """The resources one person may read, for the time of one request; what a list asks of them is worked out once."""

    def __init__(self, person: User) -> None:
        self.person = person
        self._catalogue = catalogue()
        #: The spaces in which the person reads everything.
        self.spaces = readable_space_ids(person)
        scope = Scope(person.id, is_member=person.is_member, space_ids=self.spaces)
        self._readable = self._catalogue.mask(scope) & self._catalogue.of_type(TYPE)
        self._parts: dict[tuple[str, object], Bools] = {}

    @classmethod
    def of(cls, person: User) -> Holdings:
        """Return what a person may read, the same for all that a page shows: until the next ``transaction()``."""
        kept, key = cache_of_transaction(), f"holdings:{person.id}"
        if key not in kept:
            kept[key] = cls(person)
        found: Holdings = kept[key]
        return found

    @classmethod
    def known(cls, person: User) -> Holdings | None:
        """Return the same where this transaction has worked it out already, None otherwise."""
        return cache_of_transaction().get(f"holdings:{person.id}")

    def wanted(self, wanted: Wanted = Wanted()) -> Bools:
        """Tell for every place of the catalogue whether a list shows what stands there."""
        found = self._readable & self._of_state(wanted.archived)
        if wanted.space_id is not None:
            found &= self._in_space(wanted.space_id)
        if wanted.kind:
            found &= self.column(Field.KIND).having({wanted.kind})
        for slug in wanted.tags:
            found &= self._part(("tag", slug), partial(self._carrying, slug))
        for name, values in wanted.chosen:
            if values:
                found &= self._part((name, values), partial(self._chosen, name, values))
        if wanted.due:
            found &= self._due
        if wanted.like:
            found &= self._part(("like", wanted.like), partial(self._like, wanted.like))
        return found

    def count(self, wanted: Wanted = Wanted()) -> int:
        """Return how many resources a list shows."""
        return int(self.wanted(wanted).sum())

    def page(self, wanted: Wanted, number: int, per_page: int) -> Page[Resource]:
        """Return one page of a list, in its order; a number too high gives the last one. Four statements."""
        total = self.count(wanted)
        number = min(number, max(1, -(-total // per_page)))
        first = (number - 1) * per_page
        ids = self._in_order(wanted)[first : first + per_page].tolist()
        return Page(resources_shown_to(self.person, ids), number, per_page, total)

    def _in_order(self, wanted: Wanted) -> Numbers:
        """Return the ids of a list as ``listing`` orders it: by name, or the last that came in first, or last."""
        places, kept = np.flatnonzero(self.wanted(wanted)), self._catalogue
        numbers, way = kept.numbers[places], -1 if wanted.sort == "recent" else 1
        first = (kept.by_name if wanted.sort == "title" else kept.came_in)[places]
        return np.asarray(numbers[np.lexsort((way * numbers, way * first, kept.archived[places]))], np.int64)

    def column(self, one: Field) -> Column:
        """Return the values of a field over all places."""
        return self._catalogue.column(one)

    def labels(self, wanted: Wanted) -> Mapping[str, int]:
        """Return how many of the resources of a list each value of the filters of kinds has, by ``facet_label``."""
        return {str(value): n for value, n in self._catalogue.labels.counts(self.wanted(wanted)).items()}

    def by_author(self, wanted: Wanted) -> dict[int, int]:
        """Return how many resources of a list each person has shared, by the id of their account."""
        return {int(one): n for one, n in self.column(Field.CITY).counts(self.wanted(wanted)).items()}

    def count_from(self, people: Collection[int], wanted: Wanted) -> int:
        """Return how many resources of a list were shared by one of these people."""
        return int((self.column(Field.CITY).having(people) & self.wanted(wanted)).sum())

    def _part(self, key: tuple[str, object], make: Callable[[], Bools]) -> Bools:
        """Return what a statement has to be asked for once, however many counts are under it."""
        if key not in self._parts:
            self._parts[key] = make()
        return self._parts[key]

    def _of_state(self, archived: str) -> Bools:
        if archived == WITH:
            return np.ones(len(self._catalogue), np.bool_)
        return self._catalogue.archived if archived == ONLY else ~self._catalogue.archived

    def _in_space(self, space_id: int) -> Bools:
        return np.asarray((self._catalogue.spaces == space_id) | self._catalogue.also_in.having({space_id}), np.bool_)

    def _carrying(self, slug: str) -> Bools:
        return self.column(Field.TAG).having(slugs_reached(slug))

    def _chosen(self, name: str, values: Collection[str]) -> Bools:
        if name == SIZE:
            people = db.session.scalars(people_of(band_column().in_(values)))
            return self.column(Field.CITY).having(set(people))
        return self._catalogue.labels.having({facet_label(name, value) for value in values})

    def _like(self, lenses: Collection[str]) -> Bools:
        people = db.session.scalars(people_of(is_like(self.person.organisation, lenses)))
        return self.column(Field.CITY).having(set(people))

    @cached_property
    def _due(self) -> Bools:
        """What the person keeps and is to look at again: the one thing that time alone changes, so it is asked."""
        due = self._among(select(Resource.id).where(Resource.review_on <= today())) & self._readable
        ids = self._catalogue.numbers[due].tolist()
        if not ids:
            return due
        return self._among(select(Resource.id).where(Resource.id.in_(ids), can_verify_resource.where(self.person)))

    def _among(self, query: Select[Any]) -> Bools:
        return self._catalogue.among([f"{TYPE}:{one}" for one in db.session.scalars(query)])
