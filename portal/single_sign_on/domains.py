"""Asking the DNS whether a domain is an account's."""

import dns.exception
import dns.resolver

from portal.base.words import N_, Refused
from portal.single_sign_on.rules import TXT_NAME


def check_record(domain: str, record: str) -> None:
    """Refuse when the domain does not carry the record."""
    name = f"{TXT_NAME}.{domain}"
    try:
        found = texts_of(name)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        found = []
    except dns.exception.DNSException:
        raise Refused(N_("The name servers of %(name)s do not answer now."), name=domain) from None
    if record in found:
        return
    if found:
        raise Refused(N_("The TXT record %(name)s holds something else: %(text)s"), name=name,
                      text=found[0][:100])  # fmt: skip
    raise Refused(
        N_("There is no TXT record %(name)s yet. It may take an hour until it is seen."), name=name
    )


def texts_of(name: str) -> list[str]:
    answer = dns.resolver.resolve(name, "TXT", lifetime=4, search=False)
    return [b"".join(it.strings).decode("utf-8", "replace").strip() for it in answer]
