from django.apps import AppConfig


class GiftsConfig(AppConfig):
    name = "order_service.gifts"
    label = "gifts"
