"""The link of an account's employees: signed, and good until it is renewed or switched off."""

from itsdangerous import BadData, URLSafeSerializer


def employee_token(secret_key: str, link_id: int, generation: int) -> str:
    return str(_signer(secret_key).dumps([link_id, generation]))


def read_employee_token(secret_key: str, token: str) -> tuple[int, int] | None:
    """Which link, and which of those it had; None for what is not ours."""
    try:
        link_id, generation = _signer(secret_key).loads(token)
    except BadData:
        return None
    return int(link_id), int(generation)


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="employee link")
