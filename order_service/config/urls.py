from django.urls import include, path

from flextx.admin.static import static_file
from flextx.http import health, problems
from flextx.metrics.views import metrics
from order_service.config.admin import site

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("admin/", site.urls),
    path("static/<path:path>", static_file),
    path("", include("flextx.http.docs")),
    path("api/v1/", include("order_service.recharge.urls")),
    path("api/v1/", include("order_service.refunds.urls")),
    path("api/v1/", include("order_service.rooms.urls")),
    path("api/v1/", include("order_service.gifts.urls")),
    path("api/v1/", include("order_service.undo_lists.urls")),
    path("api/v1/", include("flextx.saga.urls")),
    path("api/v1/", include("flextx.operate.urls")),
]
handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
