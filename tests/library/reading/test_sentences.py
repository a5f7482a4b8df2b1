"""Every reason and every state has a sentence a person can act on."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from app.library.reading.refusals import REASONS, NotAccepted
from app.library.reading.results import STATUSES, Summary
from app.library.reading.sentences import refusal_sentence, status_sentence


@pytest.fixture
def french() -> Flask:
    """An application that only speaks: no database, no pages."""
    app = Flask(__name__)
    Babel(app, default_locale="fr")
    return app


def test_every_refusal_has_its_sentence(french: Flask) -> None:
    with french.test_request_context():
        sentences = {
            refusal_sentence(NotAccepted(reason, extension="pdf", most=100_000_000, unpacked=5_000_000_000))
            for reason in REASONS
        }
    assert len(sentences) == len(REASONS)
    assert all(sentence.endswith((".", "!")) for sentence in sentences)
    assert not any("%(" in sentence for sentence in sentences)


def test_every_state_has_its_sentence(french: Flask) -> None:
    with french.test_request_context():
        sentences = {status_sentence(Summary(status, page_count=14), "page") for status in STATUSES}
    assert len(sentences) == len(STATUSES)
    assert any(sentence.startswith("14") and "pages" in sentence for sentence in sentences)
