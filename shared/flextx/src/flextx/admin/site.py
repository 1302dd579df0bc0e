"""The admin's site: a start page, a way in and out, and the pages of the models that a service names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.csrf import csrf_protect
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotFound

from flextx.admin.access import Operator, let_in, let_out, operator_of, operator_of_token
from flextx.admin.pages import ReadOnlyAdmin
from flextx.http.problems import problem_response
from flextx.outages import RETRY_ALL

View = Callable[..., HttpResponseBase]
ViewType = TypeVar("ViewType", bound=View)
READING = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class OperatorsSite(AdminSite):
    """Every page is behind `admin_view`: it lets operators read, and lets nobody do anything."""

    index_template = "flextx_admin/index.html"
    index_title = "What is stored"
    enable_nav_sidebar = False
    site_url = None

    def __init__(self, title: str) -> None:
        super().__init__(name="admin")
        self.site_header = self.site_title = title

    def show(self, model: type[Model], page: type[ReadOnlyAdmin]) -> None:
        """Django's own `register` refuses models with a composite key, which can be read as well as any."""
        self._registry[model] = page(model, self)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("", self.admin_view(self.index), name="index"),
            path("login/", self._guarded(csrf_protect(self.login), ("GET", "HEAD", "POST")), name="login"),
            path("logout/", self._guarded(csrf_protect(self.logout), ("POST",)), name="logout"),
            path("<str:app_label>/", self.admin_view(self._start), name="app_list"),
            *(
                path(f"{model._meta.app_label}/{model._meta.model_name}/", include(page.urls))
                for model, page in self._registry.items()
            ),
        ]

    def admin_view(self, view: ViewType, cacheable: bool = False) -> ViewType:
        return cast(ViewType, self._guarded(self._for_operators(view), READING))

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(getattr(request, "user", None), Operator)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"user": getattr(request, "user", None)}

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nobody changes anything here, so there is nothing to list."""
        return []

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # a form of our own
        wanted, home = request.GET.get("next", ""), reverse("admin:index")
        if request.method != "POST":
            return self._login_page(request, wanted)
        token = request.POST.get("token", "").strip().removeprefix("Bearer ")
        try:
            operator_of_token(token)
        except AuthenticationFailed as refused:
            return self._login_page(request, wanted, str(refused.detail))
        inside = wanted.startswith(home) and url_has_allowed_host_and_scheme(wanted, None)
        response = HttpResponseRedirect(wanted if inside else home)
        let_in(response, token, home)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # no session to end
        response = HttpResponseRedirect(reverse("admin:login"))
        let_out(response, reverse("admin:index"))
        return response

    def _start(self, request: HttpRequest, app_label: str) -> HttpResponseBase:
        return HttpResponseRedirect(reverse("admin:index"))

    def _login_page(self, request: HttpRequest, wanted: str, refused: str = "") -> HttpResponseBase:
        said = {"title": "Log in", "next": wanted, "refused": refused}
        context = {**super().each_context(request), **said, "has_permission": False}
        return TemplateResponse(request, "flextx_admin/login.html", context, status=403 if refused else 200)

    def _for_operators(self, view: View) -> View:
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            operator = operator_of(request)
            if operator is None:
                where = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{reverse('admin:login')}?{where}")
            request.user = operator  # type: ignore[assignment]  # all that the pages ask of a user
            return view(request, *args, **kwargs)

        return shown

    def _guarded(self, view: View, methods: tuple[str, ...]) -> View:
        """Nothing but these methods; an outage is an answer; what a browser may do with the page is said."""

        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    raise MethodNotAllowed(str(request.method))
                if any("\x00" in value for values in request.GET.lists() for value in values[1]):
                    raise NotFound("Nothing that is stored has a NUL in it.")
                response = view(request, *args, **kwargs)
                if isinstance(response, TemplateResponse):
                    response.render()  # its queries too are asked here
            except (MethodNotAllowed, NotFound, *RETRY_ALL) as refused:
                response = problem_response(request, refused)
            if response.status_code == 405:
                response["Allow"] = ", ".join(methods)
            response["Content-Security-Policy"] = _POLICY
            add_never_cache_headers(response)
            return response

        return answered
