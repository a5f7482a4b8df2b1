"""What awaits a person: one item at the top of the home page, given by each feature through the slot ``home.tasks``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One thing the person is asked to do.

    ``label`` says what sort of thing it is, beside ``icon``; ``action`` is the word of the button to ``url``.
    """

    label: str
    icon: str
    title: str
    facts: str
    action: str
    url: str
    tone: str = "info"
