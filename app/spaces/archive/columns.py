"""Columns as JSON and back: every value is checked against the type of its column before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary, String, Text

from app.core.db import PartialDate, UtcDateTime, first_day
from app.core.errors import DomainError
from app.core.text import clean_text
from app.spaces.archive.parts import Part, Record

LONGEST_TEXT = 2_000_000
#: Years that moments may have: a page could not show those at the ends of the calendar in another time zone.
FIRST_YEAR, LAST_YEAR = 1900, 2200
#: The largest number that columns hold on both databases, with room to count on.
LARGEST_NUMBER = 2**31 - 2**20
PERSON, ORGANISATION, SPACE = "user", "organisation", "space"
#: Columns of every table that travel otherwise, or not at all.
NEVER = frozenset({"id", "public_id"})


class ArchiveError(DomainError):
    """The archive cannot come in; the message says why. Nothing has been written."""

    status = 422


class WrongValueError(ValueError):
    """A value is not what its column holds."""


def travelling(part: Part) -> Iterator[Column[Any]]:
    """Yield the columns of a part that travel."""
    for column in part.model.__table__.columns:
        if column.name not in NEVER and column.name not in part.leave_out and target_of(column) != SPACE:
            yield column


def target_of(column: Column[Any]) -> str:
    """Return the table a column refers to, empty for a plain one."""
    return next((key.column.table.name for key in column.foreign_keys), "")


def names_of(part: Part) -> set[str]:
    """Return all the names a record of a part may have."""
    return {"id", *(column.name for column in travelling(part)), *part.keys}


def plain(value: Any) -> Any:
    """Return a value of a column as JSON holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def typed(column: Column[Any], value: Any) -> Any:
    """Return a value of JSON as its column holds it. Raises WrongValueError."""
    if value is None:
        if not column.nullable:
            raise WrongValueError(column.name)
        return None
    kind = column.type
    for known, read in _READERS:
        if isinstance(kind, known):
            return read(column, value)
    raise WrongValueError(column.name)


def _moment(column: Column[Any], value: Any) -> datetime:
    read: datetime = _of_iso(column, value, datetime.fromisoformat)
    if not is_sane(read):
        raise WrongValueError(column.name)
    return read.astimezone(UTC)


def is_sane(moment: datetime) -> bool:
    """Tell whether a moment has a time zone and a year that people may have written."""
    return moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR


def _of_iso(column: Column[Any], value: Any, read: Any) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongValueError(column.name) from error


def _text(column: Column[Any], value: Any) -> str:
    longest = getattr(column.type, "length", None) or LONGEST_TEXT
    if not isinstance(value, str) or len(value) > longest:
        raise WrongValueError(column.name)
    return clean_text(value)


def _number(column: Column[Any], value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
        raise WrongValueError(column.name)
    return value


def _exactly(*kinds: type) -> Any:
    def read(column: Column[Any], value: Any) -> Any:
        if not isinstance(value, kinds):
            raise WrongValueError(column.name)
        return value

    return read


def _partial_date(column: Column[Any], value: Any) -> str:
    _of_iso(column, value, first_day)
    return str(value)


def _bytes(column: Column[Any], _value: Any) -> Any:
    raise WrongValueError(column.name)


_READERS: tuple[tuple[Any, Any], ...] = (
    (UtcDateTime, _moment),
    (Date, lambda column, value: _of_iso(column, value, date.fromisoformat)),
    (PartialDate, _partial_date),
    (Boolean, _exactly(bool)),
    (Integer, _number),
    (Float, _exactly(int, float)),
    (LargeBinary, _bytes),
    (String | Text, _text),
    (JSON, _exactly(dict, list, str, int, float, bool)),
)


def cleaned(value: Any) -> Any:
    """Return JSON whose texts every database can hold."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {clean_text(str(name)): cleaned(one) for name, one in value.items()}
    return value


def check_record(part: Part, record: Record) -> None:
    """Refuse a record with a name, a type or a choice that is not its part's. Raises WrongValueError."""
    if record.keys() - names_of(part):
        raise WrongValueError(min(record.keys() - names_of(part)))
    for column in travelling(part):
        if column.name not in record or column.name in part.refers or target_of(column):
            continue
        typed(column, record[column.name])
        if column.name in part.choices and record[column.name] not in part.choices[column.name]:
            raise WrongValueError(column.name)
    wrong = part.misfit(record)
    if wrong:
        raise WrongValueError(wrong)
