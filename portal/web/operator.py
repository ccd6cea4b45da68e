"""Who runs the portal and answers for it: the names and addresses that its pages give.

The values are the demo's. Whoever runs the portal for real writes their own here, beside the
texts in `templates/about` that give them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    name: str
    address: str
    phone: str  # E.164
    email: str
    privacy_email: str
    security_email: str
    court: str  # where a dispute about the terms is settled
    returns_to: tuple[str, ...]  # what stands on the label of a parcel that comes back


OPERATOR = Operator(
    name="Poly",
    address="Postboks 1000 Sentrum, 0104 Oslo",
    phone="+4722000000",
    email="support@poly.example.com",
    privacy_email="privacy@poly.example.com",
    security_email="security@poly.example.com",
    court="Oslo tingrett",
    returns_to=("Poly returmottak", "Lagerveien 8", "0581 Oslo"),
)
