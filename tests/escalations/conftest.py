from tests.service_requests.conftest import world

__all__ = ["world"]
