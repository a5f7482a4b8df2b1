"""The two doors: addresses inside a space, and those of the discussions themselves."""

from __future__ import annotations

from flask import Blueprint

from app.spaces.blueprint import SpaceBlueprint

blueprint = Blueprint("discussions", __name__)
space_blueprint = SpaceBlueprint("space_discussions", __name__, section="discussions")
