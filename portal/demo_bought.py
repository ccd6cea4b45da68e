"""What the customers of the demo have bought. Everything is made up."""

from dataclasses import dataclass

from portal.licenses.rules import Renewal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A license: how many days it has left, for how many, and who uses it."""

    name: str
    key: str
    left: int | None
    seats: int | None
    order: str
    purchase: str = ""
    renewal: Renewal = Renewal.RESELLER
    people: tuple[str, ...] = ()
    at_site: int = 0
    on_device: bool = False
    activated: bool = True
    revoked: bool = False


NORDLYS = (
    Bought(
        name="Poly Lens Premium",
        key="PLP7-4KQ2-XN8D-9F2K",
        left=410,
        seats=50,
        order="4500218834",
        purchase="77120",
        people=("Ola Hansen", "Kari Nordmann", "Mette Lie"),
        at_site=9,
    ),
    Bought(
        name="Poly Studio X52, Zoom Rooms",
        key="ZRX5-7TT1-QP3C-6M4W",
        left=62,
        seats=4,
        order="4500219012",
        purchase="77344",
        on_device=True,
    ),
    Bought(
        name="RealPresence Desktop",
        key="RPD2-0B7L-5HH9-1V8Q",
        left=-40,
        seats=25,
        order="4500117755",
        renewal=Renewal.NONE,
        people=("Kari Nordmann",),
    ),
    Bought(
        name="Poly VideoOS, Advanced Room Insights",
        key="VOS9-3RK6-ZD2F-7J5T",
        left=700,
        seats=10,
        order="4500231190",
        activated=False,
    ),
    Bought(
        name="Poly Lens Pro, prøveperiode",
        key="PLT4-8WM3-CC6A-2S9E",
        left=20,
        seats=5,
        order="4500200001",
        renewal=Renewal.NONE,
        revoked=True,
    ),
)
UNCLAIMED = "STV7-2WD5-PK8H-4Q1A"  # nobody's yet
FJORDHELSE = (
    Bought(
        name="Poly Lens Premium",
        key="PLP7-9FH1-KK4E-3D6R",
        left=30,
        seats=120,
        order="4500302277",
        purchase="2026-118",
        renewal=Renewal.AUTOMATIC,
        people=("Ingrid Moen",),
    ),
    Bought(
        name="Poly G7500, punkt til punkt-kryptering",
        key="G750-2NC8-WL7P-8B1X",
        left=None,
        seats=None,
        order="4500302278",
        renewal=Renewal.NONE,
    ),
)
