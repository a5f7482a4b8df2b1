"""Every table that hangs from a space leaves with it, or is named here with the reason why it stays."""

from __future__ import annotations

from app.extensions import db
from app.spaces.archive.parts import all_parts

#: Tables that hang from a space, from a person or from what lives in a space, and do not leave.
STAYS = {
    "space_archive": "archives themselves",
    "archive_import": "archives themselves",
    "invitation_space": "an invitation opens a place on this site",
    "join_request": "a request is answered on this site",
    "space_entry": "an administrator's stay, told by the journal",
    "read_position": "what each person has read",
    "received_file": "files of forms not yet published",
    "reference_import": "lists being brought in",
    "reference_import_row": "lists being brought in",
    "page": "read again in the files",
    "saved_search": "questions to all that this site holds, in the words of its filters",
    "blob": "the files themselves, under their SHA-256",
    "resource_tag": "labels, in the record of the resource",
    "resource_facet": "made again from the fields",
    "resource_link": "made again from the words",
    "sent_back": "about drafts, which do not leave",
    "validity_asked": "mails this site has sent",
    "upload": "files on their way",
    "staged_resource": "forms not yet published",
    "staged_publication": "forms being published",
    "kept": "what each person keeps at hand",
    "bulk_edit": "undone within the hour, here",
    "citation": "made again from the messages",
    "tag_decision": "a decision about to take effect here",
    "tag_refused": "words refused that this site may put back",
    "tag_word": "the thesaurus, which has SKOS",
    "tag_broader": "the thesaurus, which has SKOS",
    "tag_related": "the thesaurus, which has SKOS",
    "tag_under": "the thesaurus, which has SKOS",
}
ROOTS = {"space", "resource", "thread", "post", "attachment", "file_version", "blob", "tag"}


def test_every_table_of_a_space_leaves_or_says_why_not() -> None:
    carried = {part.model.__tablename__ for part in all_parts()}
    hanging = {
        table.name
        for table in db.metadata.sorted_tables
        if {key.column.table.name for column in table.columns for key in column.foreign_keys} & (ROOTS | carried)
    }
    forgotten = hanging - carried - STAYS.keys()
    assert forgotten == set(), "declare an archive part, or say here why it stays (docs/archive.md)"
    assert STAYS.keys() & carried == set()


def test_parts_refer_to_parts_that_come_before_them() -> None:
    seen: set[str] = set()
    for part in all_parts():
        seen.add(part.name)
        assert set(part.refers.values()) <= seen, part.name
