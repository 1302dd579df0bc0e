from django.urls import path

from account_service.ledger import views

urlpatterns = [
    path("accounts/<str:owner_id>/balances", views.BalancesView.as_view()),
    path("accounts/<str:owner_id>/statement", views.StatementView.as_view()),
    path("accounts/<str:owner_id>/freeze", views.FreezeView.as_view(frozen=True)),
    path("accounts/<str:owner_id>/unfreeze", views.FreezeView.as_view(frozen=False)),
]
