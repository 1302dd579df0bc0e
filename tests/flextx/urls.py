from django.urls import path

from flextx.http import health, problems
from tests.flextx.shop import views

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("me", views.MeView.as_view()),
    path("staff", views.StaffView.as_view()),
    path("things", views.ThingsView.as_view()),
    path("things/<str:name>", views.ThingView.as_view()),
]
handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error
