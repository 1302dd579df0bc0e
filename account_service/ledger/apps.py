from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "account_service.ledger"
    label = "ledger"
