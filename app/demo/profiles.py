"""What the people of the demonstration network say of themselves, read from ``content/profiles.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

from app.accounts.models import User
from app.core.db import transaction
from app.demo.content import FOLDER, typographic
from app.directory.operations import Profile, answer_about_directory, save_profile


@cache
def profiles() -> tuple[dict[str, Any], ...]:
    """Return the profiles as they are written."""
    return tuple(tomllib.loads((FOLDER / "profiles.toml").read_text("utf-8"))["profile"])


def load_profiles(person: Callable[[str], User], emails: dict[str, str]) -> int:
    """Have each person say what the file says, unless they have answered; return how many there are."""
    for said in profiles():
        with transaction():
            user = person(emails[said["key"]])
            if user.directory_answered_at is None:
                save_profile(user, _profile(user, said), said["subjects"], user.edit_version)
                answer_about_directory(user, listed=True)
    return len(profiles())


def _profile(user: User, said: dict[str, Any]) -> Profile:
    return Profile(
        name=user.name,
        function=user.function,
        mandate=said["mandate"],
        mandate_start=said.get("start"),
        mandate_end=None,
        spoken_languages=said["languages"],
        about=typographic(said.get("about", "")),
        phone=said.get("phone", ""),
        email_shown_to=said["shown"],
        phone_shown_to=said["shown"],
        photo_shown_to="network",
    )
