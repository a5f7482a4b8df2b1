"""Who may read, answer, edit and moderate discussions: sentences built on those of spaces."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.discussions.models import Post, Thread
from app.discussions.subjects import reads_the_subject, subject_is_living
from app.spaces.permissions import can_moderate_space, can_read, can_write_in_space, in_space, shows


def _of_its_thread(rule: Rule) -> Rule:
    """Return a rule of threads as a rule of posts: asked of the post's thread."""

    def clause(person: User) -> ColumnElement[bool]:
        return Post.thread_id.in_(select(Thread.id).where(rule.where(person)))

    return rule.asked_of(
        rule.name,
        lambda person, post: rule(person, post.thread),
        clause,
        lambda person, post: rule.why(person, post.thread),
    )


thread_is_open = Rule(
    "thread_is_open",
    _l("la discussion n'est pas fermée"),
    lambda _person, thread: thread.locked_at is None,
    lambda _person: Thread.locked_at.is_(None),
    otherwise=_l("la discussion est fermée"),
    of_thing=True,
    said=_l("Cette discussion est fermée : on peut la lire, plus y répondre."),
)

has_a_subject = Rule(
    "has_a_subject",
    _l("la discussion porte sur une ressource"),
    lambda _person, thread: thread.subject_type is not None,
    lambda _person: Thread.subject_type.is_not(None),
    otherwise=_l("la discussion ne porte sur aucune ressource"),
    of_thing=True,
)

wrote_it = Rule(
    "wrote_it",
    _l("la personne a écrit ce message"),
    lambda person, post: post.author_id == person.id,
    lambda person: Post.author_id == person.id,
    otherwise=_l("la personne n'a pas écrit ce message"),
)

is_shown = Rule(
    "is_shown",
    _l("le message n'est ni retiré ni masqué"),
    lambda _person, post: post.deleted_at is None,
    lambda _person: Post.deleted_at.is_(None),
    otherwise=_l("le message est retiré ou masqué"),
    of_thing=True,
)

_shows_discussions = shows("discussions", _l("Discussions"))

can_start_thread = (can_write_in_space & _shows_discussions).called(
    _l("la personne ouvre une discussion dans l'espace"), _l("Ouvrir une discussion")
)
can_read_thread = (can_read(Thread) & reads_the_subject).called(
    _l("la personne lit la discussion"), _l("Lire une discussion")
)
takes_replies = thread_is_open & subject_is_living & (has_a_subject | in_space(Thread, _shows_discussions))
can_reply = (can_read_thread & in_space(Thread, can_write_in_space) & takes_replies).called(
    _l("la personne répond dans la discussion"), _l("Répondre dans une discussion")
)
can_moderate_thread = (can_read_thread & in_space(Thread, can_moderate_space)).called(
    _l("la personne modère la discussion"), _l("Modérer une discussion")
)
can_move_thread = (can_moderate_thread & ~has_a_subject).called(
    _l("la personne déplace la discussion"), _l("Déplacer une discussion")
)

can_read_post = _of_its_thread(can_read_thread).called(_l("la personne lit le message"), _l("Lire un message"))
can_edit_post = (wrote_it & is_shown & _of_its_thread(can_reply)).called(
    _l("la personne corrige son message"), _l("Corriger son message")
)
can_remove_post = (wrote_it & is_shown & can_read_post).called(
    _l("la personne retire son message"), _l("Retirer son message")
)
can_hide_post = (is_shown & _of_its_thread(can_moderate_thread)).called(
    _l("la personne masque le message"), _l("Masquer le message de quelqu'un")
)
