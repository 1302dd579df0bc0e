from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from .errors import Refusal


class RefusalsAsJson:
    """The one place where a refusal becomes an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None  # a fault of ours: logged by Django, answered by handler500
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
