from django.urls import include, path

from flextx.http import health, problems
from flextx.metrics.views import metrics
from tests.flextx.shop import views

urlpatterns = [
    path("api/v1/", include("flextx.saga.urls")),
    path("api/v1/", include("flextx.operate.urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("me", views.MeView.as_view()),
    path("staff", views.StaffView.as_view()),
    path("once", views.OnceView.as_view()),
    path("things", views.ThingsView.as_view()),
    path("things/<str:name>", views.ThingView.as_view()),
]
handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
