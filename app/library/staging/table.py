"""The table of what waits: its rows as they are shown, and each row made into a resource or into sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice

from app.accounts.models import User
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.library.addresses import resource_url
from app.library.carriers import carrying_by_file
from app.library.fields_form import text_of
from app.library.forms import DEFAULT_KIND, ResourceForm, form_class
from app.library.kinds import KINDS, Kind, kind_of
from app.library.kinds.moments import moment_of
from app.library.lines import FileLine, received_line
from app.library.models import ReceivedFile
from app.library.operations import ResourceDetails
from app.library.quotas import beyond
from app.library.saying import may_be_told, said_by
from app.library.staging.models import StagedResource
from app.library.staging.operations import TYPED
from app.library.staging.queries import files_of
from app.spaces.models import LONGEST_TITLE, Audience


@dataclass(frozen=True)
class Row:
    """One row: its files and what became of them, its fields as they stand, and what is wrong with them.

    ``proposed`` names the fields that hold what the file says; ``known`` are (title, address) of resources this person
    may read that carry the same bytes; ``is_read``: what the file says has been told.
    """

    public_id: str
    files: list[FileLine]
    values: dict[str, str]
    proposed: frozenset[str]
    known: list[tuple[str, str]]
    is_read: bool
    is_ticked: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the row is called aloud: by its title, or by the name of its first file."""
        return self.values["title"] or (self.files[0].name if self.files else "")

    @property
    def has_day(self) -> bool:
        """Whether its date is a day, or still to be given: what the browser's own field for days can hold."""
        typed = self.values["dated_on"]
        return not typed or (len(typed) == len("2021-07-05") and moment_of(typed) == typed)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is awaited of its files."""
        return all(not one.poll_url for one in self.files)


def rows_of(
    person: User,
    staged: Sequence[StagedResource],
    *,
    ticked: Iterable[str] = (),
    checked: Iterable[str] = (),
    audiences: Sequence[SelectChoice] = (),
    refused: Mapping[str, str] = {},
) -> list[Row]:
    """Return rows for the page, in a constant number of statements; those of ``checked`` say what they lack.

    ``refused`` says of some why they could not be published.
    """
    files = files_of(staged)
    blobs = [received.blob_id for waiting in files.values() for received in waiting]
    known = carrying_by_file(person, blobs)
    left = (
        beyond(staged[0].form, [received.blob for waiting in files.values() for received in waiting]) if blobs else {}
    )
    ticked, checked = set(ticked), set(checked)
    rows = []
    for one in staged:
        waiting = files[one.form]
        values, proposed = values_of(one, waiting)
        errors = RowForm(values, audiences).errors if one.public_id in checked else {}
        if one.public_id in refused:
            errors = {"title": refused[one.public_id], **errors}
        here = {carrier.id: carrier for received in waiting for carrier in known.get(received.blob_id, ())}
        rows.append(
            Row(
                one.public_id,
                [received_line(received, fits=received.blob_id not in left, in_table=True) for received in waiting],
                values,
                proposed,
                [(carrier.title, resource_url(carrier)) for carrier in here.values()],
                is_read=all(may_be_told(received) for received in waiting),
                is_ticked=one.public_id in ticked,
                errors=errors,
            )
        )
    return rows


def values_of(staged: StagedResource, files: Sequence[ReceivedFile]) -> tuple[dict[str, str], frozenset[str]]:
    """Return the fields of a row as they stand, and the names of those that hold what the first file says."""
    values = {"kind": DEFAULT_KIND, "audience": Audience.SPACE.value}
    proposed = dict[str, str]()
    for first in files[:1]:
        said = said_by(first)
        proposed = {"title": one_line(str(said["title"]))[:LONGEST_TITLE]}
        proposed |= {name: str(said[key]) for name, key in (("dated_on", "date"), ("lang", "lang")) if said.get(key)}
    values |= proposed | staged.typed
    return {name: values.get(name, "") for name in TYPED}, frozenset(proposed.keys() - staged.typed.keys())


class RowForm:
    """The form of the kind a row names, filled with what stands in the row.

    ``errors`` are sentences by column; what the kind asks for and the table has no column for stands beside the kind.
    """

    def __init__(self, values: Mapping[str, str], audiences: Sequence[SelectChoice], *, as_draft: bool = False) -> None:
        self.kind = kind_of(values["kind"] if values["kind"] in KINDS else DEFAULT_KIND)
        self.form: ResourceForm = form_class(self.kind)(
            formdata=MultiDict(_as_sent(self.kind, values)), meta={"csrf": False}
        )
        self.form.audience.choices = list(audiences)
        self.form.validate()
        self.errors = dict(self._problems(as_draft=as_draft))

    def _problems(self, *, as_draft: bool) -> Iterable[tuple[str, str]]:
        own = {one.name: one for one in self.kind.fields}
        missing = []
        for typed in self.form:
            if not typed.errors or (as_draft and typed.name != "title" and not text_of(typed).strip()):
                continue
            if typed.name in own and own[typed.name].dates and text_of(typed).strip():
                yield "dated_on", str(typed.errors[0])
            elif typed.name in own:
                missing.append(str(typed.label.text))
            else:
                yield typed.name, str(typed.errors[0])
        if missing:
            yield (
                "kind",
                _(
                    "Ce type demande aussi : %(fields)s. Enregistrez cette ligne en brouillon pour les remplir.",
                    fields=", ".join(missing),
                ),
            )

    def details(self, lang: str) -> ResourceDetails:
        """Return what the row says, ready for an operation; ``lang`` stands where it says none."""
        return self.form.details(keep_lang=lang, whole=False)


def _as_sent(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """Return a row as its form would send it; its date goes where the kind keeps one."""
    sent = dict(values) | {"kind": kind.key}
    if not kind.asks("dated_on"):
        dated = next((one.name for one in kind.fields if one.dates), None)
        if dated:
            sent[dated] = values["dated_on"]
    return sent
