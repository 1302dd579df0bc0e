from django.urls import path

from order_service.recharge import views

urlpatterns = [
    path("products", views.ProductsView.as_view()),
    path("orders", views.OrdersView.as_view()),
    path("orders/<str:order_no>", views.OrderView.as_view()),
    path("orders/<str:order_no>/journey", views.JourneyView.as_view()),
    path("orders/<str:order_no>/complete", views.CompleteOrderView.as_view()),
    path("orders/<str:order_no>/announce", views.AnnounceOrderView.as_view()),
    path("incidents", views.IncidentsView.as_view()),
    path("incidents/<int:incident_id>/resolve", views.ResolveIncidentView.as_view()),
    path("payments/callbacks/sandbox", views.SandboxCallbackView.as_view()),
]
