"""gunicorn's settings, the same for every service: see flextx.http.gunicorn."""

from flextx.http.gunicorn import *  # noqa: F403 - gunicorn reads module variables
