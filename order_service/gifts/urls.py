from django.urls import path

from order_service.gifts import views

urlpatterns = [
    path("gift-products", views.GiftProductsView.as_view()),
    path("gifts", views.GiftsView.as_view()),
    path("gifts/<str:gift_id>", views.GiftView.as_view()),
    path("gifts/<str:gift_id>/undo", views.UndoGiftView.as_view()),
]
