"""The demonstration content holds together, is as rich as promised, and keeps its closed rooms closed."""

import re

import pytest

from app.demo.content import Network, Resource, Space, Thread, cards, load, typographic
from app.library.kinds import KINDS

TOWNS = {"city", "intercommunality", "department"}


@pytest.fixture(scope="module")
def network() -> Network:
    """The demonstration network, read and checked."""
    return load()


def words_of(network: Network, space: Space) -> str:
    """Every word that stands in a space, in lower case."""
    texts = [space.purpose, space.summary]
    texts += [f"{each.title} {each.summary} {each.body}" for each in network.resources if each.space == space.slug]
    for thread in network.threads:
        if thread.space == space.slug:
            texts += [thread.title, *(post.body for post in thread.posts)]
    return " ".join(texts).lower()


def roles(network: Network, role: str) -> list[str]:
    """The visibilities of the spaces of the person who stands for a demo role, in the order of the spaces."""
    (person,) = [each for each in network.people if each.role == role]
    return [
        space.visibility
        for space in network.spaces
        if any(place.person == person.key for place in space.participations)
    ]


def test_there_are_twenty_five_invented_towns_of_which_two_are_guests(network: Network) -> None:
    towns = [each for each in network.organisations if each.kind in TOWNS]
    assert len(towns) == 25
    assert sum(not town.member for town in towns) == 2


def test_people_write_from_reserved_addresses(network: Network) -> None:
    assert len(network.people) >= 25
    assert all(re.fullmatch(r"[a-z.-]+@[a-z0-9-]+\.example", person.email) for person in network.people)
    assert len({person.email for person in network.people}) == len(network.people)


def test_guests_come_from_outside_the_network(network: Network) -> None:
    for person in network.people:
        assert (person.kind == "member") == network.organisation(person.organisation).member


def test_there_are_five_spaces_of_every_visibility(network: Network) -> None:
    assert len(network.spaces) == 5
    assert {space.visibility for space in network.spaces} == {"open", "request", "private"}
    assert {space.join_policy for space in network.spaces} == {"free", "request", "invitation"}


def test_there_are_resources_of_every_kind_half_with_a_file(network: Network) -> None:
    assert len(network.resources) == 33
    assert {resource.kind for resource in network.resources} == set(KINDS)
    files = [file for resource in network.resources for file in resource.files]
    forms = [file.format for file in files]
    assert (len(files), forms.count("pdf"), forms.count("docx"), forms.count("odt")) == (15, 8, 4, 3)
    assert sum(resource.lang == "en" for resource in network.resources) == 2


def test_practices_are_whole_records_of_cities_of_every_size(network: Network) -> None:
    practices = [each for each in network.resources if each.kind == "practice"]
    places = {each.organisation: network.organisation(each.organisation).population for each in practices}
    assert len(places) >= 8
    assert min(places.values()) < 20_000
    assert max(places.values()) > 100_000
    empty = {each.slug: set(fields_of_practice()) - set(each.fields) for each in practices}
    assert all(missing <= {"end", "target_detail"} for missing in empty.values()), empty


def fields_of_practice() -> list[str]:
    return [field.name for field in KINDS["practice"].fields]


def test_identifiers_of_publications_are_those_kept_for_examples(network: Network) -> None:
    assert {each.fields["doi"][:8] for each in network.resources if "doi" in each.fields} == {"10.5555/"}


def test_documents_are_long_enough_to_have_pages(network: Network) -> None:
    lengths = {each.slug: len(each.body.split()) for each in network.resources if each.files}
    assert {slug: words for slug, words in lengths.items() if not 1_100 <= words <= 3_000} == {}


def test_there_are_fifteen_threads_one_of_them_long(network: Network) -> None:
    assert len(network.threads) == 15
    assert max(len(thread.posts) for thread in network.threads) > 60
    assert sum(bool(thread.subject) for thread in network.threads) == 2
    assert any(post.page for thread in network.threads for post in thread.posts)


def test_no_private_content_is_offered_to_the_network(network: Network) -> None:
    closed = {space.slug for space in network.spaces if space.visibility != "open"}
    assert {each.audience for each in network.resources if each.space in closed} == {"space"}


def test_a_canary_sings_in_its_own_space_only(network: Network) -> None:
    for space in network.spaces:
        elsewhere = " ".join(words_of(network, other) for other in network.spaces if other is not space)
        for word in space.canaries:
            assert word in words_of(network, space)
            assert word not in elsewhere


def test_cards_never_show_a_closed_resource_elsewhere(network: Network) -> None:
    for thread in network.threads:
        for kind, key in (card for post in thread.posts for card in cards(post.body)):
            if kind == "resource" and network.resource(key).audience == "space":
                assert network.resource(key).space == thread.space


def test_a_resource_is_published_before_it_is_cited(network: Network) -> None:
    for thread in network.threads:
        for post in thread.posts:
            cited = [key for kind, key in cards(post.body) if kind == "resource"]
            for key in [*cited, *([thread.subject] if thread.subject else [])]:
                assert network.resource(key).days_ago * 24 > post.hours_ago, (thread.slug, key)


def test_every_demo_account_has_its_places(network: Network) -> None:
    assert {"open", "private"} <= set(roles(network, "member"))
    assert set(roles(network, "outsider")) == {"open"}
    assert roles(network, "guest") == ["open"]
    assert roles(network, "administrator")
    runs = [place for place in network.spaces[0].participations if place.person == "jeanne.aubertin"]
    assert [place.role for place in runs] == ["facilitator"]
    assert network.spaces[0].slug == "politique-des-drogues"


def test_every_space_has_something_to_read_and_to_discuss(network: Network) -> None:
    things: list[Resource | Thread] = [*network.resources, *network.threads]
    for space in network.spaces:
        assert sum(thing.space == space.slug for thing in things) >= 2


def test_every_resource_is_listed_once_and_written_in_its_time(network: Network) -> None:
    assert len({resource.title for resource in network.resources}) == 33
    assert all(0 < resource.days_ago < 100 for resource in network.resources)
    assert all(not cards(resource.body) for resource in network.resources)


def test_apostrophes_are_those_of_a_printed_page() -> None:
    assert typographic("l'élu, qu'« elle »") == "l’élu, qu’« elle »"
