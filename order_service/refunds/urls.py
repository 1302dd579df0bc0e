from django.urls import path

from order_service.refunds.views import RefundOrderView

urlpatterns = [
    path("orders/<str:order_no>/refund", RefundOrderView.as_view()),
]
