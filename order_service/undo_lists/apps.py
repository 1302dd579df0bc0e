from django.apps import AppConfig


class UndoListsConfig(AppConfig):
    name = "order_service.undo_lists"
    label = "undo_lists"
