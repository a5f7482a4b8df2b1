"""A pasted list, however it is written."""

from __future__ import annotations

import pytest

from app.spaces.invitations.pasted import MOST, Recipient, read_pasted


@pytest.mark.parametrize(
    "text",
    [
        "a@ville.fr, b@ville.fr;c@ville.fr",
        "a@ville.fr\nb@ville.fr\r\n\tc@ville.fr  ",
        "<a@ville.fr> b@ville.fr mailto:c@ville.fr",
        "A@VILLE.fr a@ville.fr, b@ville.fr. c@ville.fr;",
    ],
)
def test_any_separator_will_do(text: str) -> None:
    read = read_pasted(text)
    assert [one.email for one in read.recipients] == ["a@ville.fr", "b@ville.fr", "c@ville.fr"]
    assert read.refused == []


@pytest.mark.parametrize(
    "text",
    [
        "Léa Martin <lea@ville.fr>",
        '"Léa Martin" <lea@ville.fr>;',
        "Léa\tMartin\tlea@ville.fr",
        "lea@ville.fr ; Léa ; Martin",
        "'Léa Martin' <LEA@ville.fr>, lea@ville.fr",
    ],
)
def test_name_is_read_beside_the_address(text: str) -> None:
    assert read_pasted(text).recipients == [Recipient("lea@ville.fr", "Léa Martin")]


def test_several_named_people_on_a_line() -> None:
    read = read_pasted('Léa Martin <lea@ville.fr>, "Roux, Zoé" <zoe@ville.fr>; max@ville.fr')
    assert read.recipients == [
        Recipient("lea@ville.fr", "Léa Martin"),
        Recipient("zoe@ville.fr", "Roux, Zoé"),
        Recipient("max@ville.fr"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lea.ville.fr", "il manque le signe @"),
        ("lea@ville", "il manque la fin de l’adresse, par exemple « .fr »"),
        ("@ville.fr", "il manque ce qui vient avant le signe @"),
        ("lea@@ville.fr", "le signe @ est doublé"),
        ("lea@ville.frzoe@ville.fr", "deux adresses se touchent"),
        (f"{'l' * 300}@ville.fr", "l’adresse est trop longue"),
        ("l\\ea@ville.fr", "un caractère ne va pas dans une adresse"),
    ],
)
def test_what_cannot_be_an_address_is_said_with_the_reason(context: object, text: str, reason: str) -> None:
    read = read_pasted(f"{text}\nzoe@ville.fr")
    assert [one.email for one in read.recipients] == ["zoe@ville.fr"]
    assert [str(why).replace("\xa0", " ") for _text, why in read.refused] == [reason]


def test_long_list_is_read_and_called_too_long() -> None:
    assert not read_pasted("\n".join(f"a{n}@ville.fr" for n in range(MOST))).is_too_long
    assert read_pasted("\n".join(f"a{n}@ville.fr" for n in range(MOST + 1))).is_too_long


@pytest.mark.parametrize("text", ["", " ,;\n", "<" * 20_000, "a@" * 20_000, '"' * 20_001, "é <" * 10_000])
def test_odd_lists_are_read_quickly(text: str) -> None:
    assert read_pasted(text).recipients == []
