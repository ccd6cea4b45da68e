"""The bucket that an address names, and how it is spoken to."""

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config


def bucket(name: str, prefix: str, query: str) -> S3Store:
    asked = {key: values[-1] for key, values in parse_qs(query).items()}
    endpoint = asked.get("endpoint", "")
    # The bucket compares what it got with what was sent.
    config: S3Config = {
        "checksum_algorithm": "SHA256",
        "virtual_hosted_style_request": not endpoint,
    }
    if endpoint:
        config["endpoint"] = endpoint
    if region := asked.get("region"):
        config["region"] = region
    return S3Store(
        name,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": endpoint.startswith("http:"),
            "connect_timeout": "5s",
            "timeout": "30s",
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
    )
