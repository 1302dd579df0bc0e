from django.urls import path

from sandbox_channel import views

handler400 = "sandbox_channel.views.bad_request"
handler404 = "sandbox_channel.views.not_found"
handler500 = "sandbox_channel.views.server_error"

urlpatterns = [
    path("prepay", views.prepay),
    path("trades/<str:order_no>", views.trade),
    path("trades/<str:order_no>/close", views.close),
    path("refunds", views.refunds),
    path("refunds/<str:refund_no>", views.refund),
    path("pay/<str:order_no>", views.pay, name="pay"),
    path("livez", views.livez),
    path("readyz", views.readyz),
]
