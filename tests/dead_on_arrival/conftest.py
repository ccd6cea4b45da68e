from tests.returns.conftest import *  # noqa: F403
