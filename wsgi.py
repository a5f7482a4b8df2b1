"""The application, as a server loads it."""

from app import create_app
from app.core.db import keep_one_connection

app = create_app()
keep_one_connection(app)
