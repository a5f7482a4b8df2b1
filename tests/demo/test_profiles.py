"""What the people of the demonstration say of themselves is what the form of the profile accepts."""

from __future__ import annotations

from app.accounts.models import Mandate, ShownTo
from app.demo.content import load
from app.demo.profiles import profiles
from app.directory.operations import LONGEST_SUBJECT, MOST_SUBJECTS
from app.directory.words import LANGUAGES


def test_profiles_are_of_members_and_hold_what_the_form_accepts() -> None:
    members = {one.key for one in load().people if one.kind == "member"}
    keys = [one["key"] for one in profiles()]
    assert (set(keys) - members, len(keys)) == (set(), len(set(keys)))
    for one in profiles():
        assert (one["mandate"] in set(Mandate), one["shown"] in set(ShownTo)) == (True, True)
        assert set(one["languages"]) <= set(LANGUAGES)
        assert 0 < len(one["subjects"]) <= MOST_SUBJECTS
        assert max(len(subject) for subject in one["subjects"]) <= LONGEST_SUBJECT


def test_member_of_the_demo_has_not_answered_yet() -> None:
    member = next(one.key for one in load().people if one.role == "member")
    assert member not in {one["key"] for one in profiles()}
