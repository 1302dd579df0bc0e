"""Django and DRF settings of a service that uses flextx.http; a project takes them over by name."""

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
}

BODY_BYTES_MAX = 64 * 1024
HSTS_SECONDS = 365 * 24 * 3600
