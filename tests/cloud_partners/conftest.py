from tests.request_desk.conftest import anna, ola, world  # noqa: F401 - fixtures
