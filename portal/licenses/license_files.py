"""License files: what was bought, for machines."""

import json
from typing import Any

from portal.licenses.models import License

FORMAT = "poly-license/1"


def license_file(it: License, key: str, *, account: str, organization: str) -> bytes:
    """What was bought, for machines. It is the same as long as that is, to the last byte: so the
    file and its signature, taken one after the other, belong together."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "license": it.reference,
        "account": account,
        "organization": organization,
        "product": it.name,
        "key": key,
        "starts_on": it.starts_on.isoformat() if it.starts_on else None,
        "ends_on": it.ends_on.isoformat() if it.ends_on else None,
        "seats": it.seats,
        "order_number": it.order_number,
        "purchase_order": it.purchase_order,
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()
