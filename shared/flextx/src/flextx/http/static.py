"""The style sheets and scripts of the pages that people read, from the service itself: nothing from outside."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest
from django.http.response import FileResponse, HttpResponseBase
from django.views.static import serve

# Packages that bring a folder `static`; those that are not there are left out.
PACKAGES = ("django.contrib.admin", "drf_spectacular_sidecar")


def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """`/static/<path>` from whichever package has it. Only files that came with a package can be reached."""
    for folder in FOLDERS:
        try:
            response = serve(request, path, document_root=folder)
        except (Http404, SuspiciousFileOperation):
            continue
        if isinstance(response, FileResponse):
            response["Cache-Control"] = "public, max-age=3600"
        return response
    raise Http404("no package has this file")


def _folders() -> list[str]:
    found = (spec for package in PACKAGES if (spec := find_spec(package)) and spec.origin)
    return [str(Path(str(spec.origin)).parent / "static") for spec in found]


FOLDERS = _folders()
