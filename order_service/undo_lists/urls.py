from django.urls import path

from order_service.undo_lists import views

urlpatterns = [
    path("undo-lists", views.UndoListsView.as_view()),
    path("undo-lists/<uuid:list_id>", views.UndoListView.as_view()),
]
