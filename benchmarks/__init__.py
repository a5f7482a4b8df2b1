"""Measures of the site beside a bare Flask page and a bare Flask and Jinja page: ``./run bench``."""
