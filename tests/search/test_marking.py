"""Marks in safe HTML: only over words, never in a tag, an address or what stands for a card."""

from __future__ import annotations

import pytest

from app.search.marking import holds, mark_html
from app.search.query import parse
from app.search.terms import Clause, terms_of


def clauses(typed: str) -> tuple[Clause, ...]:
    return terms_of(parse(typed).query).marked


@pytest.mark.parametrize(
    ("typed", "html", "marked"),
    [
        ("médiation", "<p>La médiation.</p>", "<p>La <mark>médiation</mark>.</p>"),
        ("mediateur", "<p>Nos <em>médiateurs</em></p>", "<p>Nos <em><mark>médiateurs</mark></em></p>"),
        ("nuit", "<p>La <b>nu</b>it</p>", "<p>La <b><mark>nu</mark></b><mark>it</mark></p>"),
        ('"bleu vif"', "<p>bleu <b>vif</b></p>", "<p><mark>bleu </mark><b><mark>vif</mark></b></p>"),
        ('"bleu vif"', "<p>bleu</p><p>vif</p>", "<p><mark>bleu</mark></p><p><mark>vif</mark></p>"),
        ("bleuvif", "<p>bleu</p><p>vif</p>", "<p>bleu</p><p>vif</p>"),
        ("href class", '<a href="/href" class="class">lien</a>', '<a href="/href" class="class">lien</a>'),
        ("lien", '<a title="a > lien">lien</a>', '<a title="a > lien"><mark>lien</mark></a>'),
        ("resource", "<p>[[resource:abcdefghij]]</p>", "<p>[[resource:abcdefghij]]</p>"),
        ("terre", "<p>« terre » &amp; &lt;b&gt;</p>", "<p>« <mark>terre</mark> » &amp; &lt;b&gt;</p>"),
        ("b", "<p>&lt;b&gt;</p>", "<p>&lt;<mark>b</mark>&gt;</p>"),
        ("absent", "<p>l&#39;eau &quot;x&quot;</p>", "<p>l&#39;eau &quot;x&quot;</p>"),
        ("", "<p>rien</p>", "<p>rien</p>"),
    ],
)
def test_words_are_marked_and_nothing_else_changes(typed: str, html: str, marked: str) -> None:
    assert mark_html(html, clauses(typed)) == marked


def test_text_holds_a_word_whatever_its_spelling() -> None:
    assert holds("Nos médiateurs", clauses("mediatrice"))
    assert holds("un C.L.S.P.D.", clauses("clspd"))
    assert not holds("Nos médecins", clauses("médiation"))
    assert not holds("Nos médecins", ())
