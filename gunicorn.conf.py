"""Read by gunicorn started by hand (`gunicorn wsgi:app`): our settings, the schema brought forward first."""

from __future__ import annotations

import sys
from typing import Any

from app.supervisor import web_server
from app.supervisor.prepare import prepare

# gunicorn takes the settings it knows from this file's names.
globals().update({name: value for name, value in vars(web_server).items() if not name.startswith("_")})


def on_starting(_server: Any) -> None:
    """Prepare the site before any process answers; exits with 1 when it cannot be."""
    if not prepare(web_server.settings, demo=False):
        sys.exit("The site could not be prepared (see above).")
