"""The admin's style sheets and scripts, served by the service itself: nothing from outside."""

from __future__ import annotations

from pathlib import Path

import django
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

_FOLDER = str(Path(django.__file__).parent / "contrib" / "admin" / "static")


def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Only files that came with Django's admin can be reached."""
    try:
        response = serve(request, path, document_root=_FOLDER)
    except (SuspiciousFileOperation, OSError):  # such as a name that is too long for any file
        raise Http404("there is no such file") from None
    response["Cache-Control"] = "public, max-age=3600"
    return response
