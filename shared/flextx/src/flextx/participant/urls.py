from django.urls import path

from flextx.participant import views

urlpatterns = [
    path("runs", views.RunsView.as_view()),
    path("runs/<uuid:run_id>", views.RunView.as_view()),
]
