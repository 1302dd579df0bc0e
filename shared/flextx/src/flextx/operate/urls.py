from django.urls import path, re_path

from flextx.operate import views
from flextx.operate.actions import ACTIONS

urlpatterns = [
    path("parked", views.ParkedView.as_view()),
    re_path(
        rf"^parked/(?P<parked_id>[^/]{{1,120}})/(?P<action>{'|'.join(ACTIONS)})$", views.ParkedActionView.as_view()
    ),
    path("operator-actions", views.OperatorActionsView.as_view()),
]
