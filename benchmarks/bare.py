"""What the site is measured beside: a bare Flask page, and the posts of the thread page in the simplest template.

These posts are shown twice: held in memory, and read from the database at each call, as any page must.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.discussions.models import Post
from app.discussions.queries import POSTS_PER_PAGE
from app.extensions import db
from benchmarks.network import LONG_THREAD, Place


@dataclass(frozen=True)
class PlainPost:
    """The words of one post."""

    author: str
    when: str
    html: str


def posts_from_database() -> list[PlainPost]:
    """Return the words of the first page of the long thread, in one statement."""
    wanted = select(Post).where(Post.thread_id == LONG_THREAD).order_by(Post.n).limit(POSTS_PER_PAGE)
    posts = db.session.scalars(wanted.options(joinedload(Post.author)))
    return [PlainPost(one.author.name if one.author else "", f"{one.created_at:%d/%m}", one.html) for one in posts]


def bare_app(place: Place) -> Flask:
    """Return an application of three pages: one word, the posts held in memory, the posts of the database.

    No session, no rights, no language, no layout.
    """
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = place.app.config["SQLALCHEMY_DATABASE_URI"]
    db.init_app(app)
    with app.app_context():
        posts = posts_from_database()

    @app.get("/mot")
    def word() -> str:
        return "Bonjour"

    @app.get("/page")
    def page() -> str:
        return render_template("posts.html", title="Une discussion", posts=posts)

    @app.get("/base")
    def page_of_database() -> str:
        return render_template("posts.html", title="Une discussion", posts=posts_from_database())

    return app
