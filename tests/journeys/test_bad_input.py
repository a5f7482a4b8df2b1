"""Whatever people write or forms send: a page with a clear sentence, never a crash, nothing typed lost."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.journeys.oddities import (
    NEW_RESOURCE,
    NEW_THREAD,
    TYPED,
    filled,
    holds,
    is_clear,
    rules,
    wrong,
)
from tests.people import MEMBER, OPEN, PASSWORD, Cast
from tests.support import Browser, on_sqlite

pytestmark = pytest.mark.thorough

WRITTEN = [
    "\x00",
    "a\x00b",
    "\ud800 seul",
    "\ud83d\ude00 en deux moitiés",
    "🎉🏳️‍🌈",
    "東京の政策",
    "\u202eשלום עולם",
    "é" * 200,
    "e\u0301" * 400,
    "[[resource:\x00]] [[" * 50,
    "<script>alert(1)</script>",
    "`" * 3000,
    ">" * 3000,
    "- " * 3000,
    "[" * 3000,
    "*_" * 3000,
    "| a " * 1000 + "\n" + "|---" * 1000,
    "http://" + "a." * 3000,
]


@pytest.mark.parametrize("text", WRITTEN, ids=range(len(WRITTEN)))
def test_any_text_is_published_or_given_back(me: Browser, names: dict[str, str], text: str) -> None:
    me.get("/")
    fields = {"title": text, "body": text, "seen": text, "page": text, "back": text, "reason": text}
    raw = urlencode(
        {"csrf_token": me.token, **{name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}}
    )
    for path in (
        NEW_THREAD,
        f"/discussions/{names['thread']}/reponses",
        f"/ressources/{names['resource']}/commentaires",
        f"/discussions/messages/{names['post']}/modifier",
        "/discussions/apercu",
        "/brouillons?key=/x",
        f"/ressources/{names['resource']}/modifier/brouillon",
        NEW_RESOURCE,
        f"/ressources/{names['resource']}/modifier",
    ):
        answer = me.client.post(path, data=raw, content_type="application/x-www-form-urlencoded")
        assert is_clear(answer), path
        assert answer.status_code in {200, 302, 422, 409}, path
    for path in (
        "/",
        f"/espaces/{OPEN}",
        f"/discussions/{names['thread']}?page=1",
        "/ressources",
        "/recherche?q=question",
    ):
        assert is_clear(me.get(path)), path


def test_too_long_a_text_comes_back_whole(me: Browser, names: dict[str, str]) -> None:
    long = TYPED + " mot" * 60_000
    for path, fields in (
        (f"/discussions/{names['thread']}/reponses", {"body": long}),
        (NEW_THREAD, {"title": "Un titre", "body": long}),
        (NEW_RESOURCE, {"title": "Un titre", "kind": "report", "body": long}),
        (NEW_RESOURCE, {"title": TYPED, "kind": "report", "summary": long}),
        (NEW_THREAD, {"title": long, "body": TYPED}),
    ):
        answer = me.post(path, fields)
        assert (answer.status_code, holds(answer, TYPED)) == (422, True)
        assert holds(answer, " mot mot"), path


@pytest.mark.parametrize("title", ["", "   ", "\u00a0", "\x00", "\u200b\u200b"])
def test_title_of_which_nothing_can_be_seen_is_asked_for(me: Browser, title: str) -> None:
    for path, fields in (
        (NEW_THREAD, {"body": TYPED}),
        (NEW_RESOURCE, {"kind": "report", "body": TYPED, "audience": "space"}),
    ):
        answer = me.post(path, {**fields, "title": title})
        assert (answer.status_code, holds(answer, TYPED)) == (422, True), path


@pytest.mark.parametrize("fields", [{}, {"title": TYPED}, {"body": TYPED}, {"title": TYPED, "audience": "tous"}])
def test_form_with_fields_missing_says_which_and_keeps_the_rest(me: Browser, fields: dict[str, str]) -> None:
    answer = me.post(NEW_THREAD, fields)
    assert (answer.status_code, is_clear(answer)) == (422, True)
    assert holds(answer, TYPED) or not fields
    shared = me.post(
        NEW_RESOURCE, {"kind": "aucun", "audience": "\x00", "dated_on": "hier", "lang": "xx", "source": TYPED}
    )
    assert (shared.status_code, holds(shared, TYPED)) == (422, True)


@on_sqlite
def test_form_with_doubled_fields_is_answered(app: Flask, me: Browser, names: dict[str, str]) -> None:
    found = []
    for rule in rules(app, "POST"):
        me.get("/")
        doubled = {"csrf_token": [me.token, "x"], "kind": ["report", "x", "\x00"], "key": ["/a", "/b"]}
        pairs = [(name, one) for name, values in doubled.items() for one in values]
        pairs += [
            (f"{name}{end}", "x")
            for name in ("title", "body", "upto", "n", "email", "page")
            for end in ("", "", "[]", "[0]")
        ]
        kind = "application/x-www-form-urlencoded"
        found += wrong(me, filled(rule, names), method="POST", data=urlencode(pairs), content_type=kind)
    assert found == []


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"body": TYPED, "title": [1, {"a": None}]}).encode()),
        ("application/json", b"{" * 10_000),
        ("text/xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=body"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a\x00"\r\n\r\n\xff\r\n--x--',
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"files\"; filename*=utf-8''%ff%00\r\n\r\nx\r\n--x--",
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
        ("application/x-www-form-urlencoded", b"body=%ED%A0%80%00%FF&title=%"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfeb\x00"),
        ("é", b"\x00" * 100),
        ("", b""),
    ],
    ids=range(13),
)
def test_body_of_another_kind_is_answered(
    app: Flask, me: Browser, names: dict[str, str], kind: str, body: bytes
) -> None:
    me.get("/")
    found = []
    for turn, rule in enumerate(rules(app, "POST"), start=len(kind) + len(body)):
        # Every other address is asked as a script asks; which ones, differs from one body to another.
        headers = {"X-CSRFToken": me.token} | ({"X-Requested-With": "fetch"} if turn % 2 else {})
        sent = {"data": body, "content_type": kind.encode().decode("latin-1"), "headers": headers}
        found += wrong(me, filled(rule, names), method="POST", **sent)
    assert found == []


@pytest.mark.parametrize("token", ["é", "\x00", "\ud800", "a" * 5000, "a.b.c", "東京", ""])
def test_odd_form_token_is_refused_in_words(me: Browser, names: dict[str, str], token: str) -> None:
    raw = urlencode({"csrf_token": token.encode("utf-8", "surrogatepass"), "body": TYPED})
    path, kind = f"/discussions/{names['thread']}/reponses", "application/x-www-form-urlencoded"
    assert is_clear(answer := me.client.post(path, data=raw, content_type=kind))
    assert answer.status_code == 400
    header = {"X-CSRFToken": token.encode("utf-8", "surrogatepass").decode("latin-1").replace("\x00", "")}
    assert is_clear(answer := me.client.post(path, data={"body": TYPED}, headers=header))
    assert answer.status_code == 400


@pytest.mark.parametrize("value", ["é", "\x00", "\ud800", "x" * 5000, "'--"])
def test_odd_names_and_passwords_do_not_sign_in(browser: Any, cast: Cast, value: str) -> None:
    nobody = browser()
    nobody.get("/connexion")
    for fields in (
        {"email": value, "password": PASSWORD},
        {"email": MEMBER, "password": value},
        {"email": value, "kept": value},
    ):
        raw = {name: text.encode("utf-8", "surrogatepass") for name, text in fields.items()}
        body = urlencode({"csrf_token": nobody.token, "next": value.encode("utf-8", "surrogatepass"), **raw})
        for path in ("/connexion", "/mot-de-passe", "/mot-de-passe/x%00y", "/langue"):
            answer = nobody.client.post(path, data=body, content_type="application/x-www-form-urlencoded")
            assert is_clear(answer), path


def test_session_that_ended_while_typing_keeps_the_text(browser: Any, names: dict[str, str]) -> None:
    nobody = browser()
    nobody.get("/connexion")
    answer = nobody.post(f"/discussions/{names['thread']}/reponses", {"body": TYPED})
    assert (answer.status_code, holds(answer, json.dumps({"body": TYPED}))) == (401, True)
