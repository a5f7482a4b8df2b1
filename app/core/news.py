"""What is new for a person: one line of the home page, given by each feature through the slot ``home.news``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

RESOURCE = "resource"
DISCUSSION = "discussion"


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """One line: a resource that came, or a discussion that moved. Given only to those who may read the thing."""

    at: datetime
    #: ``RESOURCE`` or ``DISCUSSION``: what the filters of the home page tell apart.
    type: str
    #: Picture: a kind of the library's registry, or ``discussion``.
    kind: str
    #: Word that goes with the picture, in the reader's language.
    kind_label: str
    title: str
    url: str
    #: Who and what, as a short sentence: « signalé par Thomas Girardin, Rochebrune ».
    byline: str = ""
    #: Beginning of the text, plain, on one line.
    excerpt: str = ""
    #: Name of the home space, None when this reader must not know of it.
    space: str | None = None
    space_id: int | None = None
    #: The person behind it: a model with ``name``, ``public_id``, ``function`` and ``organisation``, or None.
    author: Any = None
    #: New replies gathered by this line; zero for a resource or for a question nobody has answered yet.
    count: int = 0
    #: Whether the thing itself is new, and not only its replies.
    is_new: bool = True
    #: Language of the title when it is not the page's.
    lang: str = ""
