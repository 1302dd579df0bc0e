from django.urls import path

from order_service.recharge import callback_views, incident_views, views

urlpatterns = [
    path("products", views.ProductsView.as_view()),
    path("orders", views.OrdersView.as_view()),
    path("orders/<str:order_no>", views.OrderView.as_view()),
    path("orders/<str:order_no>/journey", views.JourneyView.as_view()),
    path("orders/<str:order_no>/complete", views.CompleteOrderView.as_view()),
    path("orders/<str:order_no>/announce", views.AnnounceOrderView.as_view()),
    path("incidents", incident_views.IncidentsView.as_view()),
    path("incidents/<int:incident_id>/resolve", incident_views.ResolveIncidentView.as_view()),
    path("payments/callbacks/sandbox", callback_views.SandboxCallbackView.as_view()),
]
