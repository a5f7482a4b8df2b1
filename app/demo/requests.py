"""Strangers who wait at the door of the demo network: the domains that recognise them, and a referent who decides."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import AccessRequest, RequestState
from app.accounts.organisations.domains import organisation_of_address
from app.accounts.organisations.operations import set_domains
from app.accounts.queries import organisation_by_name, user_by_email
from app.core.db import transaction
from app.demo.content import FOLDER, Network, typographic
from app.extensions import db

REFERENT = "helene.roudaut@lanvallec.example"


def load_requests(network: Network, start: datetime) -> int:
    """Give the member organisations their domains and put the requests in the queue, once; return how many wait.

    They are written as they stand after the confirmation, so that the demo sends no mail to anybody.
    """
    asked: list[dict[str, Any]] = tomllib.loads(typographic((FOLDER / "requests.toml").read_text("utf-8")))["request"]
    with transaction():
        if db.session.scalar(select(AccessRequest.id).limit(1)) is not None:
            return 0
        for place in network.organisations:
            known = organisation_by_name(place.name)
            if known is not None and place.member and not known.domains:
                set_domains(known, (f"{place.slug}.example",))
        referent = user_by_email(REFERENT)
        if referent is not None:
            referent.is_referent = True
        db.session.add_all(_request(row, start) for row in asked)
    return len(asked)


def _request(row: dict[str, Any], start: datetime) -> AccessRequest:
    moment = start - timedelta(days=row["days"])
    return AccessRequest(
        email=row["email"],
        name=row["name"],
        function=row["function"],
        organisation_name=row["organisation"],
        message=row["message"],
        organisation=organisation_of_address(row["email"]),
        secret_hash=f"demo {row['email']}"[:64],
        state=RequestState.PENDING,
        created_at=moment,
        confirmed_at=moment,
    )
