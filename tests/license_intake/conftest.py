from tests.licenses.conftest import account, agent, client, desk, kari

__all__ = ["account", "agent", "client", "desk", "kari"]
