from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "order_service.rooms"
    label = "rooms"
