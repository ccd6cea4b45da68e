"""Until when a new device that does not work is replaced again at once."""

from datetime import date, timedelta


def is_dead_on_arrival(delivered_on: date | None, days: int, today: date) -> bool:
    """Whether it was delivered so few days ago; the last of them counts."""
    return delivered_on is not None and today <= delivered_on + timedelta(days=days)
