from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.flextx.shop"
    label = "shop"
