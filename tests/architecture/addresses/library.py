"""Who gets what at the addresses of library."""

from __future__ import annotations

from tests.architecture.addresses.lines import MODERATE, READ, SIGNED_IN, WRITE, Line, post

TABLE: list[Line] = [
    Line("library.resources_page", "/ressources", SIGNED_IN),
    Line("library.thesaurus_page", "/mots-cles", SIGNED_IN),
    Line("library.thesaurus_term", "/mots-cles/abcdefghij-mot", "dnnnnnnnnn"),
    Line("library.compare_page", "/ressources/comparer", SIGNED_IN),
    post("library.give_comparison", "/ressources/comparer/emporter", SIGNED_IN, format="csv"),
    post("library.give_record", "/ressources/{resource}/fiche", READ, format="csv"),
    Line("library.choose_space_page", "/ressources/nouvelle", SIGNED_IN),
    Line("files.received_state", "/fichiers/recus/abcdefghij/etat", "dnnnnnnnnn"),
    Line("space_library.space_resources_page", "/espaces/{slug}/ressources", READ),
    Line("space_library.new_resource", "/espaces/{slug}/ressources/nouvelle", WRITE),
    post("space_library.keep_new", "/espaces/{slug}/ressources/nouvelle/brouillon", WRITE, title="brouillon"),
    Line("library.resource_page", "/ressources/{resource}-titre", READ),
    Line("files.download", "/fichiers/{file}/note.txt", READ),
    Line("files.file_state", "/fichiers/{file}/etat", READ),
    Line("files.picture", "/fichiers/{picture}/pages/1-160.webp", READ),
    Line("files.picture_state", "/fichiers/{picture}/pages/1/etat", READ),
    post("library.export_resource", "/ressources/{resource}/exporter", READ, format="ris"),
    post("library.export_list", "/ressources/exporter", SIGNED_IN, format="csv"),
    post("space_library.export_space_list", "/espaces/{slug}/ressources/exporter", READ, format="bibtex"),
    Line("space_library.import_page", "/espaces/{slug}/ressources/importer", WRITE),
    Line("space_library.article_page", "/espaces/{slug}/ressources/article", WRITE),
    Line("library.change_resource", "/ressources/{resource}/modifier", MODERATE),
    post("library.keep_change", "/ressources/{resource}/modifier/brouillon", MODERATE, title="brouillon"),
    Line("library.files_page", "/ressources/{resource}/fichiers", READ),
    Line("library.replace_page", "/ressources/{resource}/fichiers/{attachment}/remplacer", MODERATE),
    post("library.move_file_view", "/ressources/{resource}/fichiers/{attachment}/deplacer", MODERATE, vers="haut"),
    post("library.pack_resource", "/ressources/{resource}/archive", READ),
    Line("library.move_page", "/ressources/{resource}/deplacer", MODERATE),
    Line("library.remove_page", "/ressources/{resource}/supprimer", MODERATE),
    Line("space_library.proposals_page", "/espaces/{slug}/ressources/a-relire", MODERATE),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "space_library.import_list_page": "tests/library/incoming",
    "space_library.start_import": "tests/library/incoming",
    "space_library.stop_import": "tests/library/incoming",
    "space_library.import_progress": "tests/library/incoming",
    "space_library.import_report": "tests/library/incoming",
    "space_library.article_found": "tests/library/collecting",
    "space_library.article_state": "tests/library/collecting",
    "library.go_back_view": "tests/library/test_versions.py",
    "library.remove_file_view": "tests/library/test_versions.py",
    "library.put_back_view": "tests/library/test_versions.py",
    "library.adoption_page": "tests/library/test_adopting.py",
    "library.restore_page": "tests/library",
    "library.prepare_page": "tests/library/test_preparing.py",
    "library.keep_prepared": "tests/library/test_preparing.py",
    "library.review_page": "tests/library/test_publishing.py",
    "library.take_back_proposal": "tests/library/test_publishing.py",
    "library.archive_view": "tests/library/test_publishing.py",
    "library.bring_back_view": "tests/library/test_publishing.py",
}
