"""The pages of all that is about replacements, and where in the portal they stand."""

from portal.approval_rules import routes as approval_rules
from portal.carriers import routes as carriers
from portal.dead_on_arrival import routes as dead_on_arrival
from portal.delivery_times import routes as delivery_times
from portal.employees import decisions as employee_decisions
from portal.employees import entrance as employee_entrance
from portal.employees import ordering_routes as employee_ordering
from portal.employees import picking_routes as employee_picking
from portal.employees import settings as employee_link
from portal.logistics import approvals as logistics_approvals
from portal.logistics import corrections as logistics_corrections
from portal.logistics import papers as logistics_papers
from portal.logistics import routes as logistics
from portal.part_orders import routes as part_orders
from portal.replacements import asking as replacement_asking
from portal.replacements import routes as replacements
from portal.return_desk import deeds as return_deeds
from portal.return_desk import routes as return_desk
from portal.returns import label_routes as return_labels
from portal.returns import routes as returns
from portal.spare_parts import routes as spare_parts
from portal.stock import routes as stock
from portal.tracking import routes as tracking

REPLACING = [
    ("/desk/delivery-times", delivery_times.bp),
    ("/desk/logistics", logistics.bp),
    ("/desk/logistics/approvals", logistics_approvals.bp),
    ("/desk/logistics", logistics_corrections.bp),
    ("/desk/logistics", logistics_papers.bp),
    ("/desk/logistics/carriers", carriers.bp),
    ("/desk/logistics/parts", spare_parts.bp),
    ("/desk/logistics/rules", approval_rules.bp),
    ("/desk/logistics/stock", stock.bp),
    ("/desk/returns", return_desk.bp),
    ("/desk/returns", return_deeds.bp),
    ("/replacements", replacements.bp),
    ("/replacements", replacement_asking.bp),
    ("/replacements", return_labels.bp),
    ("/replacements", returns.bp),
    ("/replacements", dead_on_arrival.bp),
    ("/replacements/parts", part_orders.bp),
    ("/organization/employees", employee_link.bp),
    ("/r", employee_entrance.bp),
    ("/r", employee_ordering.bp),
    ("/replacements", employee_decisions.bp),
    ("/replacements", employee_picking.bp),
    ("/track", tracking.bp),
]
