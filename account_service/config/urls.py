from django.urls import include, path

from account_service.config.admin import site
from flextx.admin.static import static_file
from flextx.http import health, problems
from flextx.metrics.views import metrics

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("admin/", site.urls),
    path("static/<path:path>", static_file),
    path("", include("flextx.http.docs")),
    path("api/v1/", include("account_service.ledger.urls")),
    path("api/v1/", include("flextx.participant.urls")),
    path("api/v1/", include("flextx.operate.urls")),
]
handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
