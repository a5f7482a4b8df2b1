"""Organisations: the cities and bodies people come from."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.db import HasMoments, HasPublicId, key_of, sort_key
from app.core.text import one_line
from app.extensions import db


class OrganisationKind(enum.StrEnum):
    """What an organisation is."""

    CITY = "city"
    INTERCOMMUNALITY = "intercommunality"
    DEPARTMENT = "department"
    REGION = "region"
    ASSOCIATION = "association"
    UNIVERSITY = "university"
    OTHER = "other"


class Organisation(HasPublicId, HasMoments, db.Model):
    """A city, inter-municipality, association …; a member of the network or not.

    ``country`` is ISO 3166-1 alpha-2; ``insee_code`` the code of the French official geographic code (a SIREN for an
    inter-municipality); coordinates are WGS 84 degrees; ``joined_on`` the day it became a member of the network.
    """

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=OrganisationKind.CITY)
    is_member: Mapped[bool] = mapped_column(default=True)
    joined_on: Mapped[date | None]
    country: Mapped[str] = mapped_column(String(2), default="FR")
    region: Mapped[str | None] = mapped_column(String(100))
    region_key: Mapped[str] = mapped_column(String(200), default=key_of("region"), server_default="")
    insee_code: Mapped[str | None] = mapped_column(String(9), index=True)
    population: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    edit_version: Mapped[int] = mapped_column(default=1)

    domains: Mapped[list[OrganisationDomain]] = relationship(
        back_populates="organisation", cascade="all, delete-orphan", order_by="OrganisationDomain.domain"
    )

    @validates("name")
    def _name(self, _key: str, name: str) -> str:
        name = one_line(name)[:200]
        self.sort_key = sort_key(name)
        return name

    @validates("region")
    def _region(self, _key: str, region: str | None) -> str | None:
        self.region_key = sort_key(region or "")
        return region


class OrganisationDomain(db.Model):
    """A domain of e-mail addresses declared by an organisation, by which a request for access is recognised."""

    __tablename__ = "organisation_domain"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    domain: Mapped[str] = mapped_column(String(253), unique=True)

    organisation: Mapped[Organisation] = relationship(back_populates="domains")
