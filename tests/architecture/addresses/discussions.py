"""Who gets what at the addresses of discussions."""

from __future__ import annotations

from tests.architecture.addresses.lines import MODERATE, OWN, READ, SIGNED_IN, WRITE, Line, post

TABLE: list[Line] = [
    post("discussions.preview_view", "/discussions/apercu", SIGNED_IN, body="texte"),
    Line("space_discussions.threads_page", "/espaces/{slug}/discussions", READ),
    Line("space_discussions.new_thread_page", "/espaces/{slug}/discussions/nouvelle", WRITE),
    Line("discussions.resource_discussion", "/ressources/{resource}/commentaires", READ),
    Line("discussions.thread_page", "/discussions/{thread}-titre", READ),
    Line("discussions.similar_page", "/discussions/{thread}/semblables", READ),
    post("discussions.read_view", "/discussions/{thread}/lecture", READ, n="1"),
    post("discussions.reply_view", "/discussions/{thread}/reponses", WRITE, body="Une réponse."),
    post("discussions.comment_view", "/ressources/{resource}/commentaires", WRITE, body="Un commentaire."),
    Line("discussions.move_page", "/discussions/{thread}/deplacer", MODERATE),
    Line("discussions.edit_page", "/discussions/messages/{post}/modifier", OWN),
    Line("discussions.remove_page", "/discussions/messages/{post}/supprimer", OWN),
    Line("discussions.hide_page", "/discussions/messages/{others_post}/masquer", MODERATE),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
