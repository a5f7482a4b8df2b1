"""Mails say what they say, name what they carry, and give it when asked; whatever is wrong with them."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.library.reading.filetypes import NotAccepted, recognise
from app.library.reading.inside.mail import MOST_LISTED, read_mail
from app.library.reading.inside.trouble import CannotRead
from app.library.reading.unpack import open_mail
from tests.library.reading.samples import read, real, written

BROKEN_HEAD = b"""Subject: =?utf-8?B?w4lj?= =?nothing?Q?=E9?=\r\nFrom: "Roy <n@ville.example\r\nDate: hier\r
Content-Type: text/plain; charset="x-faux"; charset*0*=%ZZ\r\nContent-Disposition: inline; filename*=x'y\r
\r\nCaf\xe9 \r\n"""


def letter(text: str = "Bonjour à tous", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = "Arrêté « nuit »", "Inès Duroc <ines@ville.example>"
    message["To"], message["Date"] = "malik@ville.example", "Wed, 30 Jun 2021 23:30:00 +0200"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def carrying() -> EmailMessage:
    message = letter(html="<p>Bonjour <img src='http://suivi.example/1.gif'><script>alert(1)</script>")
    message.add_attachment(b"%PDF-1.4 x", "application", "pdf", filename="../arrêté.pdf")
    message.add_attachment(letter("Le message d'avant"))
    message.add_attachment(b"\x78\x9f\x3e\x22", "application", "ms-tnef", filename="winmail.dat")
    return message


def test_mail_says_who_wrote_what_and_when_and_names_what_it_carries(tmp_path: Path) -> None:
    found = read(written(tmp_path, "a.eml", carrying().as_bytes()))
    assert (found.status, found.title, found.author, str(found.date)) == (
        "searchable", "Arrêté « nuit »", "Inès Duroc", "2021-06-30",
    )  # fmt: skip
    assert "Bonjour à tous" in found.pages[0].text
    assert "Le message d'avant" not in found.pages[0].text
    assert [one["name"] for one in found.carries] == ["../arrêté.pdf", "Arrêté « nuit ».eml", "winmail.dat"]


def test_chosen_parts_come_out_as_they_were(tmp_path: Path) -> None:
    path = written(tmp_path, "a.eml", carrying().as_bytes())
    with open_mail(path, recognise(path, "a.eml"), [0, 1, 1, 9, -1], most=10_000) as found:
        assert [(name, place.read_bytes()[:9]) for name, place in found] == [
            ("../arrêté.pdf", b"%PDF-1.4 "),
            ("Arrêté « nuit ».eml", b"Subject: "),
        ]
    with open_mail(path, recognise(path, "a.eml"), [0], most=5) as found:
        assert found == []


def test_text_of_a_mail_in_html_alone_is_plain_and_asks_nothing_of_anybody(tmp_path: Path) -> None:
    message = letter()
    message.set_content(
        "<p>Été &amp; nuit<img src='http://suivi.example/1.gif' alt='x'><style>p{}</style>", subtype="html"
    )
    mail = read_mail(written(tmp_path, "a.eml", message.as_bytes()), "eml")
    assert mail.text.strip() == "Été & nuit"


def test_broken_heads_and_false_charsets_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    mail = read_mail(written(tmp_path, "a.eml", BROKEN_HEAD), "eml")
    assert "Café" in mail.text + "".join(one.content().decode("cp1252") for one in mail.parts)
    assert dict(mail.heads)["Subject"].startswith("Éc")


@pytest.mark.thorough
def test_ten_thousand_attachments_are_counted_and_a_hundred_named(tmp_path: Path) -> None:
    head = b"Subject: x\r\nFrom: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    part = b"--B\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx\r\n"
    begun = time.monotonic()
    found = read(written(tmp_path, "a.eml", head + part * 10_000 + b"--B--\r\n"))
    assert (len(found.carries), found.carries_more) == (MOST_LISTED, 10_000 - MOST_LISTED)
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("false", [b"text/plain; a*0", b"text/plain; charset*=", b";;;", b"="])
def test_false_header_leaves_the_rest_of_the_mail_to_be_read(tmp_path: Path, false: bytes) -> None:
    head = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Bilan\r\nContent-Type: " + false
    mail = read_mail(written(tmp_path, "a.eml", head + b"\r\n\r\nfin"), "eml")
    assert (dict(mail.heads)["Subject"], "fin" in mail.text) == ("Bilan", True)


@pytest.mark.parametrize("said", ["mixed", "alternative; boundary=autre", 'mixed; boundary=""'])
def test_mail_in_parts_that_does_not_say_where_they_begin_is_read_all_the_same(tmp_path: Path, said: str) -> None:
    head = f"Subject: x\r\nFrom: a@b.example\r\nContent-Type: multipart/{said}\r\n\r\n".encode()
    text = b"--B\r\nContent-Type: text/plain\r\n\r\nLes rondes de nuit\r\n"
    table = b"--B\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\na;b\r\n--B--\r\n"
    mail = read_mail(written(tmp_path, "a.eml", head + text + table), "eml")
    assert (mail.text.strip(), [one.name for one in mail.parts]) == ("Les rondes de nuit", ["a.csv"])
    mail = read_mail(written(tmp_path, "b.eml", head + b"Les rondes de nuit\r\nLa mairie"), "eml")
    assert ("rondes de nuit" in mail.text, "La mairie" in mail.text, mail.parts) == (True, True, [])


@pytest.mark.slow
def test_header_cut_in_thousands_of_pieces_does_not_hold_the_reader_up(tmp_path: Path) -> None:
    pieces = b"".join(b" a*%d=x;" % n for n in range(20_000))
    head = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nContent-Type: text/plain;" + pieces
    begun = time.monotonic()
    assert "fin" in read_mail(written(tmp_path, "a.eml", head + b"\r\n\r\nfin"), "eml").text
    assert time.monotonic() - begun < 10


@pytest.mark.thorough
def test_mail_nested_without_end_is_given_up(tmp_path: Path) -> None:
    text = b"Subject: x\r\nFrom: a@b.example\r\n"
    text += b"".join(b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (n, n) for n in range(60))
    with pytest.raises(CannotRead):
        read_mail(written(tmp_path, "a.eml", text + b"\r\nfin"), "eml")
    assert read(written(tmp_path, "b.eml", text * 40 + b"\r\nfin")).status in {"unreadable", "too_big"}


@pytest.mark.parametrize(
    "content",
    [b"Bonjour : ceci n'est pas un mail", b"<html><p>Subject: x", b"\0\1\2\3From: a\nTo: b\n", b"Note: a\nAutre: b\n"],
)
def test_what_is_no_mail_is_not_taken_for_one(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAccepted):
        recognise(written(tmp_path, "a.eml", content), "a.eml")


@pytest.mark.slow
def test_outlook_s_mails_are_read_and_unpacked() -> None:
    path = real("G_standard/email_tika/testMSG_att_doc.msg")
    found = read(path)
    assert (found.title, found.author, str(found.date)) == ("test pièce jointe 1", "Nicolas1 23456", "2009-04-22")
    with open_mail(path, recognise(path, path.name), [0, 1], most=100_000) as parts:
        assert [(name, place.stat().st_size) for name, place in parts] == [("test-unicode.doc", 24064), ("pj1.txt", 89)]
    nested = real("G_standard/email_tika/testMSG_att_msg.msg")
    with open_mail(nested, recognise(nested, nested.name), [0], most=100_000) as parts:
        assert (parts[0][0], read_mail(parts[0][1], "eml").heads[0]) == (
            "Test Attachment.eml",
            ("Subject", "Test Attachment"),
        )


@pytest.mark.thorough
def test_mails_met_in_practice_are_all_read() -> None:
    folder = real("G_standard/email_tika")
    for path in sorted(folder.iterdir()):
        name = path.name if path.suffix in {".eml", ".msg"} else f"{path.name}.eml"
        assert read(path, name).status == "searchable", path.name
