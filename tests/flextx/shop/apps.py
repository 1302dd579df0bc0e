from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.flextx.shop"
    label = "shop"

    def ready(self) -> None:
        from tests.flextx.shop import taking_part  # noqa: F401 - registers what the shop answers
