"""The two doors of saved searches: one's own, those of a space."""

from __future__ import annotations

from flask import Blueprint

from app.spaces.blueprint import SpaceBlueprint

alerts = Blueprint("alerts", __name__)
space_alerts = SpaceBlueprint("space_alerts", __name__)
