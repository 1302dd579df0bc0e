from tests.system.conftest import world

__all__ = ["world"]
