from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from portal import demo, demo_devices, demo_replacements
from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage, Stage
from portal.spare_parts.models import SparePart
from portal.stock.models import Stock


def test_the_demo_has_a_replacement_in_every_state_once(
    session: ScopedSession, sessions: sessionmaker[ScopedSession]
) -> None:
    demo.load(sessions, "a password")
    demo_devices.load(sessions, nordlys=demo.NORDLYS)
    for _ in range(2):
        demo_replacements.load(sessions, nordlys=demo.NORDLYS)
        demo.load(sessions, "a password")

    found = session.scalars(select(Replacement)).all()
    assert {it.stage for it in found} == set(Stage)
    assert {it.returned for it in found} >= {ReturnStage.LABEL_READY, ReturnStage.RECEIVED}
    assert [it.part_count for it in found if it.part_id] == [8]
    assert len({it.first_id for it in found if it.first_id}) == 1
    assert any(it.waits_for_stock for it in found)
    assert len(found) == 17
    assert all(it.reserved <= it.on_hand for it in session.scalars(select(Stock)))
    assert len(session.scalars(select(SparePart)).all()) == 4
