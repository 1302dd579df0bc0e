from django.urls import path

from order_service.rooms import views

urlpatterns = [
    path("rooms", views.RoomsView.as_view()),
    path("rooms/<str:room_id>/close", views.RoomActionView.as_view(), {"action": "close"}),
    path("rooms/<str:room_id>/open", views.RoomActionView.as_view(), {"action": "open"}),
    path("rooms/<str:room_id>/ban-host", views.RoomActionView.as_view(), {"action": "ban-host"}),
    path("rooms/<str:room_id>/unban-host", views.RoomActionView.as_view(), {"action": "unban-host"}),
    path("rooms/<str:room_id>/feed", views.FeedView.as_view()),
]
