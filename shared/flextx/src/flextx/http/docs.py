"""`/api/schema/`: the OpenAPI document. `/api/docs/`: a page to read and try it, with nothing from any other host."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import drf_spectacular_sidecar
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.static import serve
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

_ASSETS = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
_ASSET_NAMES = frozenset(file.name for file in _ASSETS.iterdir() if file.is_file())
# The page runs its own scripts only and asks its own service only; Swagger UI draws its icons as data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>API</title>
<link rel="stylesheet" href="assets/swagger-ui.css"><link rel="icon" href="assets/favicon-32x32.png"></head>
<body><div id="swagger-ui"></div>
<script src="assets/swagger-ui-bundle.js"></script><script src="start.js"></script></body>
</html>
"""
_START = 'SwaggerUIBundle({url: "/api/schema/", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'


class _Open(APIView):
    """For everybody, and not itself part of the document."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Each has one form, whatever a browser would rather have."""
        return super().perform_content_negotiation(request, force=True)


class SchemaView(_Open):
    def get(self, request: Request) -> Response:
        return Response(_document())


class DocsView(_Open):
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


class StartView(_Open):
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(_START, content_type="text/javascript")


class AssetView(_Open):
    def get(self, request: Request, name: str) -> HttpResponseBase:
        if name not in _ASSET_NAMES:
            raise Http404(name)
        return serve(request, name, document_root=str(_ASSETS))


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    """Made once: it follows from the code alone."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return document


urlpatterns = [
    path("api/schema/", SchemaView.as_view()),
    path("api/docs/", DocsView.as_view()),
    path("api/docs/start.js", StartView.as_view()),
    path("api/docs/assets/<str:name>", AssetView.as_view()),
]
