from tests.system.conftest import person, world

__all__ = ["person", "world"]
