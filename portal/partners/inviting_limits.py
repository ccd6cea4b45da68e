"""How often a partner's administrator may have us write to an address."""

from flask import Response, request

from portal.web.guard import viewer
from portal.web.limits import Bucket, limit, limits, network_of

PER_PERSON = limit("colleague invited per person", 30, 3600)
PER_PARTNER = limit("colleague invited per partner", 60, 3600)
PER_NETWORK = limit("colleague invited per network", 100, 3600)
IN_ALL = limit("colleague invited in all", 1000, 3600)


def wait_to_invite(partner_id: int) -> int:
    return limits().wait(_buckets(partner_id))


def count_invitation(partner_id: int) -> None:
    limits().count(_buckets(partner_id))


def later(response: Response, wait: int) -> Response:
    response.headers["Retry-After"] = str(wait)
    return response


def _buckets(partner_id: int) -> list[Bucket]:
    place = PER_NETWORK.of(network_of(request.remote_addr))
    return [PER_PERSON.of(viewer().id), PER_PARTNER.of(partner_id), place, IN_ALL]
