from django.urls import path

from flextx.saga import views

urlpatterns = [
    path("runs", views.RunsView.as_view()),
    path("runs/<uuid:run_id>", views.RunView.as_view()),
    path("runs/<uuid:run_id>/approve", views.DecisionView.as_view(), {"approved": True}),
    path("runs/<uuid:run_id>/refuse", views.DecisionView.as_view(), {"approved": False}),
    path("runs/<uuid:run_id>/resolve", views.ResolveView.as_view()),
]
