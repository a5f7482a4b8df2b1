"""The words that were ever indexed, as they are written: what a misspelled one may mean.

The table tells nobody anything by itself: what a reader is shown was found again, letter by letter, in what this reader
may read (`app.search.spelling`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import insert_into, transaction
from app.extensions import db
from app.search.analysis import is_stopword
from app.search.analysis.chunks import CHUNK, cut
from app.search.engine import ParentDocument
from app.search.rebuilding.plan import number_of_rebuild

SHORTEST, LONGEST = 4, 30
MOST_AT_ONCE = 500


class SearchWord(db.Model):
    """One word, its accents and case taken away; `initial` and `size` narrow a search for its neighbours.

    `met_by` is the number of the last rebuild that met it, or during which it was first written.
    """

    __tablename__ = "search_word"

    form: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    initial: Mapped[str] = mapped_column(String(1), index=True)
    size: Mapped[int]
    met_by: Mapped[int] = mapped_column(default=0, server_default="0")


def forms_in(text: str) -> Iterator[tuple[str, str]]:
    """Give every word of a text that may be suggested: folded, and as it is written."""
    for match in CHUNK.finditer(text):
        for piece in cut(match[0]).pieces:
            if is_kept(piece.text):
                yield piece.text, match[0][piece.start : piece.end]


def is_kept(form: str) -> bool:
    """Tell whether a folded word is worth keeping: letters only, neither short nor a function word."""
    return SHORTEST <= len(form) <= LONGEST and form.isascii() and form.isalpha() and not is_stopword(form)


def forms_of(document: ParentDocument) -> set[str]:
    """Return the words of a thing, everywhere they stand."""
    texts = (document.title, *document.tags, *(passage.text for passage in document.passages))
    return {form for text in texts for form, _ in forms_in(text)}


def remember(forms: Collection[str], met_by: int | None = None) -> None:
    """Keep words not known yet: a reading, and a transaction of its own only when one is new.

    A rebuild gives its number (``met_by``) and marks all it meets, the known ones too.
    """
    new = sorted(set(forms) if met_by else set(forms) - _known(forms))
    if not new:
        return
    number = met_by or number_of_rebuild()
    with transaction() as session:
        adding = insert_into(SearchWord)
        met = {"met_by": adding.excluded.met_by}
        statement = adding.on_conflict_do_update(index_elements=["form"], set_=met)
        for some in _in_hundreds(new):
            rows = [{"form": form, "initial": form[0], "size": len(form), "met_by": number} for form in some]
            session.execute(statement, rows)


def forget_unmet(number: int) -> None:
    """Forget the words that a rebuild, which has read everything, did not meet."""
    with transaction() as session:
        gone = delete(SearchWord).where(SearchWord.met_by < number)
        session.execute(gone.execution_options(synchronize_session=False))


def forget(forms: Collection[str]) -> None:
    """Forget some words."""
    if forms:
        with transaction() as session:
            gone = delete(SearchWord).where(SearchWord.form.in_(forms))
            session.execute(gone.execution_options(synchronize_session=False))


def words_after(form: str, limit: int) -> list[str]:
    """Return the next words in their order."""
    query = select(SearchWord.form).where(SearchWord.form > form).order_by(SearchWord.form).limit(limit)
    return list(db.session.scalars(query))


def _known(forms: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in _in_hundreds(sorted(forms)):
        found.update(db.session.scalars(select(SearchWord.form).where(SearchWord.form.in_(some))))
    return found


def _in_hundreds(forms: Sequence[str]) -> Iterator[Sequence[str]]:
    return (forms[start : start + MOST_AT_ONCE] for start in range(0, len(forms), MOST_AT_ONCE))


def of_similar_size(form: str, difference: int) -> list[str]:
    """Return the words about as long as a word that begin with its first or second letter, without the word itself."""
    query = select(SearchWord.form).where(
        SearchWord.initial.in_({form[0], form[1]}),
        SearchWord.size.between(len(form) - difference, len(form) + difference),
        SearchWord.form != form,
    )
    return list(db.session.scalars(query))


def noting(documents: Iterable[ParentDocument], forms: set[str]) -> Iterator[ParentDocument]:
    """Pass documents on one by one, noting their words."""
    for document in documents:
        forms |= forms_of(document)
        yield document
