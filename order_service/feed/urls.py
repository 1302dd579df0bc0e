from django.urls import path

from flextx.http import health, problems
from order_service.feed.views import feed

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("api/v1/rooms/<str:room_id>/feed", feed),
]
handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
