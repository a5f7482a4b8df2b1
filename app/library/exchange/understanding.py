"""What an entry of a file means for the library: its kind, its fields, what could not be read and why."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app
from flask_babel import force_locale

from app.core.db import sort_key
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.library.exchange.columns import SOURCES, is_file_format
from app.library.exchange.dates import is_partial, iso_of
from app.library.exchange.references import COMMON, FINER, HINTS, Raw, Reference, kind_by_types, without_markup
from app.library.kinds import KINDS, OTHER, Field, Kind, UnreadableError
from app.library.kinds.values import LONGEST_ADDRESS, MOST_NAMES, Address, LongText, Names, Text
from app.library.operations import ResourceDetails
from app.library.tags import MOST_TAGS, split_tags
from app.spaces.models import LONGEST_TITLE

LONGEST = {"title": LONGEST_TITLE, "summary": 2000, "body": 60_000, "source": 300}
_LINES = frozenset({"summary", "body"})
_CUT = {
    "title": _l("titre coupé, il était trop long"),
    "summary": _l("résumé coupé, il était trop long"),
    "body": _l("texte coupé, il était trop long"),
    "source": _l("source coupée, elle était trop longue"),
}
_LANGUAGES = {
    "english": "en", "french": "fr", "francais": "fr", "german": "de", "deutsch": "de", "ngerman": "de",
    "spanish": "es", "espanol": "es",
    "italian": "it", "italiano": "it", "dutch": "nl", "nederlands": "nl", "portuguese": "pt",
    "portugues": "pt", "eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it",
    "dut": "nl", "nld": "nl", "por": "pt", "american": "en", "british": "en", "mul": "mul",
}  # fmt: skip
_URLS = {"ris": ("UR", "L1", "L2"), "csl": ("URL",), "bibtex": ("url",), "table": ()}


class Understanding:
    """Reads the entries of one file, in one format: ``ris``, ``csl``, ``bibtex`` or ``table``."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.site = current_app.config["SETTINGS"].public_url
        self.by_type, self.by_name = kind_by_types(), kinds_by_name()

    def of(self, raw: Raw) -> Reference:
        """Return what an entry says; ``refusal`` tells why it cannot come in."""
        reference = Reference(kind=OTHER, n=raw.n, refusal=raw.trouble)
        if raw.trouble:
            return reference
        reference.kind = self._kind(raw, reference)
        self._common(raw, reference)
        self._own(raw, reference)
        self._address(raw, reference)
        if not reference.title:
            reference.refusal = _("Cette référence n'a pas de titre.")
        return reference

    def _kind(self, raw: Raw, reference: Reference) -> Kind:
        if self.form == "table":
            said = one_line("".join(raw.values.get("kind", [])[:1]))
        else:
            said = "".join(raw.values.get(HINTS[self.form], [])[:1])
        named = self.by_name.get(sort_key(said)) if said else None
        kind = named or self._typed_as(raw)
        unknown = said if self.form == "table" else raw.type
        if kind is None and unknown and not (self.form == "table" and is_file_format(said)):
            reference.remarks.append(
                _("type « %(name)s » inconnu ici, rangé dans « %(kind)s »", name=unknown[:40], kind=OTHER.label)
            )
        return kind or OTHER

    def _typed_as(self, raw: Raw) -> Kind | None:
        """Return the kind of the type of an entry; the finer one (biblatex: ``entrysubtype``) where it is known."""
        types = [*raw.values.get(FINER.get(self.form, ""), []), raw.type]
        return next((self.by_type[key] for one in types if (key := one.replace(" ", "").lower()) in self.by_type), None)

    def _names(self, meaning: str) -> tuple[str, ...]:
        if self.form == "table":
            return SOURCES if meaning == "source" else (meaning,)
        return COMMON[meaning].named(self.form)

    def _common(self, raw: Raw, reference: Reference) -> None:
        kind = reference.kind
        own = {name for one in kind.fields for name in self._of_field(one)} if self.form != "table" else set()
        for meaning in ("title", "summary", "body", "source"):
            if kind.asks(meaning) or meaning == "title":
                free = [name for name in self._names(meaning) if meaning != "source" or name not in own]
                setattr(reference, meaning, self._text(raw, reference, meaning, free))
        if kind.asks("dated_on"):
            reference.date = _date(self._dated(raw, self._names("date")), reference)
        reference.lang = _lang("".join(self._said(raw, self._names("lang"))[:1]))
        words = ", ".join(self._said(raw, self._names("tags")))
        reference.tags = split_tags(words)
        if len([piece for piece in re.split("[,;\n]", words) if piece.strip()]) > MOST_TAGS:
            reference.remarks.append(_("gardés les %(number)s premiers mots-clés", number=MOST_TAGS))

    def _said(self, raw: Raw, names: tuple[str, ...] | list[str]) -> list[str]:
        """Return the values of the first name that says something."""
        return next((raw.values[name] for name in names if raw.values.get(name)), [])

    def _dated(self, raw: Raw, names: tuple[str, ...]) -> list[str]:
        """Return the values of the first name that tells a date: databases say « JUL » under DA, the year under PY."""
        said = [raw.values[name] for name in names if raw.values.get(name)]
        return next((values for values in said if iso_of(values[0])), said[0] if said else [])

    def _text(self, raw: Raw, reference: Reference, meaning: str, names: list[str]) -> str:
        values = raw.values.get(names[0], []) if names else []
        values = values or self._said(raw, names)
        if meaning == "title":
            values = values[:1]
        text = without_markup(
            "\n\n".join(values)
            if meaning in _LINES
            else "; ".join(map(_spaced, values) if meaning == "source" else values)
        )
        text = text.strip() if meaning in _LINES else one_line(text)
        if len(text) > LONGEST[meaning]:
            reference.remarks.append(str(_CUT[meaning]))
            text = text[: LONGEST[meaning] - 1] + "…"
        return text

    def _of_field(self, one: Field) -> tuple[str, ...]:
        return (one.name, *one.columns) if self.form == "table" else one.codes.named(self.form)

    def _own(self, raw: Raw, reference: Reference) -> None:
        """Read the fields of the kind: under their names in the format, then as lines of the note."""
        kind = reference.kind
        noted = {} if self.form == "table" else _parted(reference, {one.name for one in kind.fields})
        for one in kind.fields:
            find = self._dated if one.dates else self._said
            values = find(raw, self._of_field(one)) or [text for text in [noted.get(one.name, "")] if text]
            if one.codes.ris == "SP" and self.form == "ris":
                values = ["-".join([*values[:1], *raw.values.get("EP", [])[:1]])] if values else []
            if values and not self._is_page_of_ours(one, values[0]):
                self._read(one, values, reference)
        missing = [str(one.label) for one in kind.fields if one.required and one.name not in reference.fields]
        if missing:
            reference.remarks.append(_("à compléter : %(fields)s", fields=", ".join(missing)))

    def _is_page_of_ours(self, one: Field, value: str) -> bool:
        """Tell whether an address is that of a resource here: what left without an address of its own has it."""
        return isinstance(one.type, Address) and value.startswith(f"{self.site}/ressources/")

    def _read(self, one: Field, values: list[str], reference: Reference) -> None:
        try:
            value = one.type.read(self._typed(one, values, reference))
        except UnreadableError as refusal:
            reference.remarks.append(_("non repris, %(field)s : %(reason)s", field=one.label, reason=str(refusal)))
            return
        if value not in (None, "", []):
            reference.fields[one.name] = value

    def _typed(self, one: Field, values: list[str], reference: Reference) -> str:
        """Return what stands in a file as it would be typed in the form."""
        if self.form == "table":
            return values[0]
        if one.dates:
            return iso_of(values[0])
        if isinstance(one.type, Names):
            kept = [name for value in values for name in re.split(r"\s*;\s*", _spaced(without_markup(value))) if name]
            if len(kept) > MOST_NAMES:
                reference.remarks.append(_("gardés les %(number)s premiers noms", number=MOST_NAMES))
            return "; ".join(name[:150] for name in kept[:MOST_NAMES]) + ";"
        text = without_markup(
            values[0] if not isinstance(one.type, Text) or one.codes.ris in _SINGLE else "; ".join(values)
        )
        most = one.type.longest if isinstance(one.type, Text | LongText) else 0
        return text[: most - 1] + "…" if most and len(text) > most else text

    def _address(self, raw: Raw, reference: Reference) -> None:
        """Keep the address of what has no field for it at the end of its text, unless it is a page of this site."""
        if "address" in {one.name for one in reference.kind.fields}:
            return
        address = "".join(self._said(raw, _URLS[self.form])[:1])
        is_elsewhere = address.startswith(("https://", "http://")) and not address.startswith(f"{self.site}/")
        if is_elsewhere and len(address) <= LONGEST_ADDRESS:
            reference.body = "\n\n".join(filter(None, (reference.body, f"<{address}>")))


_SINGLE = frozenset({"UR L1 L2", "DO"})


def _parted(reference: Reference, names: set[str]) -> dict[str, str]:
    """Take out of a note the lines that are fields (« period: 2018 à 2020 »), up to the next such line."""
    marks = re.compile(rf"^({'|'.join(map(re.escape, sorted(names)))}): ", re.MULTILINE) if names else None
    if marks is None or not reference.body:
        return {}
    _free, *pieces = marks.split(reference.body)
    if pieces:
        reference.body = _free.strip()
    return {name: text.strip() for name, text in zip(pieces[::2], pieces[1::2], strict=True)}


def _spaced(name: str) -> str:
    """Return « Shannon, Claude » for « Shannon,Claude »."""
    return re.sub(r"\s*,\s*", ", ", one_line(name)).strip(", ")


def _date(values: list[str], reference: Reference) -> str:
    said = max((iso_of(one) for one in values[:1]), default="")
    if values and not said:
        reference.remarks.append(_("date illisible : %(text)s", text=values[0][:40]))
    elif values and is_partial(values[0], said):
        reference.remarks.append(_("date lue en partie : %(text)s", text=values[0][:40]))
    return said


def _lang(text: str) -> str:
    word = sort_key(text)
    code = word[:2] if len(word) == 2 or re.fullmatch(r"[a-z]{2} [a-z]{2}", word) else ""  # noqa: PLR2004 - ISO 639-1
    return _LANGUAGES.get(word.partition(" ")[0], code)


def kinds_by_name() -> dict[str, Kind]:
    """Return the kinds by all the words that name them, in every language of the site."""
    found: dict[str, Kind] = {}
    for code in current_app.config["SETTINGS"].language_codes:
        with force_locale(code):
            for kind in KINDS.values():
                for name in (kind.key, str(kind.label), str(kind.plural), *kind.words):
                    found.setdefault(sort_key(name), kind)
    return found


def details_of(reference: Reference) -> ResourceDetails:
    """Return a reference ready to be shared."""
    kind = reference.kind
    said: dict[str, Any] = {name: getattr(reference, name) for name in ("title", "summary", "body", "source", "lang")}
    return ResourceDetails.of(
        kind=kind.key,
        dated_on=(reference.date or None) if kind.asks("dated_on") else kind.date_of(reference.fields),
        tags=reference.tags,
        fields=reference.fields,
        **said,
    )
