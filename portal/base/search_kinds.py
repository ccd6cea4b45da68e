"""What entries of the search index are of, and who finds which."""

from enum import IntEnum


class Kind(IntEnum):
    """What entries are of. The numbers are stored; none is ever used again."""

    PRODUCT = 1
    SERVICE_REQUEST = 2
    SERVICE_REQUEST_DESK = 3  # the same with what is internal; found by staff alone
    REPLACEMENT = 4
    LICENSE = 5  # also by where its seats are; found by whoever sees all sites
    RELEASE = 6
    DOCUMENT = 7
    LICENSE_ITSELF = 8  # without where its seats are; found by whoever sees chosen sites


# Where whoever does not see all finds what they take part in: `u` marks people who do, or register.
FOLLOWED = frozenset({Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK, Kind.REPLACEMENT})
# What is nobody's, and found by everyone who is in an account: whose entries they are not is told
# by the number of no account. Staff alone write them.
SHARED = frozenset({Kind.RELEASE, Kind.DOCUMENT})
