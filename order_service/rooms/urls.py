from django.urls import path

from order_service.rooms import views

urlpatterns = [
    path("rooms", views.RoomsView.as_view()),
    path("rooms/<str:room_id>/close", views.CloseRoomView.as_view()),
    path("rooms/<str:room_id>/open", views.OpenRoomView.as_view()),
    path("rooms/<str:room_id>/ban-host", views.BanHostView.as_view()),
    path("rooms/<str:room_id>/unban-host", views.UnbanHostView.as_view()),
    path("rooms/<str:room_id>/feed", views.FeedView.as_view()),
]
