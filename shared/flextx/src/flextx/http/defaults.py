"""Django and DRF settings of a service that uses flextx.http; a project takes them over by name."""

from pathlib import Path
from typing import Any

import django

MIDDLEWARE = [
    "flextx.http.access.access_log",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    # The API is called with tokens, not cookies, and DRF exempts its views; this holds for whatever is added beside it.
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "flextx.http.requests.request_context",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["flextx.http.auth.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["flextx.http.parsing.ObjectParser"],
    "EXCEPTION_HANDLER": "flextx.http.problems.problem_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "flextx.http.openapi.ViewSchema",
    "URL_FORMAT_OVERRIDE": None,
}
CSRF_FAILURE_VIEW = "flextx.http.problems.csrf_failure"

BODY_BYTES_MAX = 64 * 1024
HSTS_SECONDS = 365 * 24 * 3600
STATIC_URL = "/static/"

_PACKAGE, _ADMIN = Path(__file__).parents[1], Path(django.__file__).parent / "contrib" / "admin"
_TAGS = "django.contrib.admin.templatetags"
# The admin's pages without the admin's app: that would bring tables of users whom nobody needs.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "admin" / "templates", _ADMIN / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "libraries": {name: f"{_TAGS}.{name}" for name in ("admin_list", "admin_modify", "admin_urls", "log")},
        },
    }
]


def spectacular(title: str) -> dict[str, Any]:
    """drf-spectacular's settings for a service with this name."""
    return {
        "TITLE": title,
        "VERSION": "1",
        "DESCRIPTION": "Errors are RFC 9457 problem+json; `code` is for programs, `detail` says what to do.",
        "SERVE_INCLUDE_SCHEMA": False,
        "COMPONENT_SPLIT_REQUEST": True,
        "POSTPROCESSING_HOOKS": [],
        "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    }
