"""The two doors: the list of spaces, and the addresses inside one."""

from __future__ import annotations

from flask import Blueprint

from app.spaces.blueprint import SpaceBlueprint

listing = Blueprint("space_list", __name__)
blueprint = SpaceBlueprint("spaces", __name__)
