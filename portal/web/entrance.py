"""Who may come in at a door of the portal."""

from dataclasses import dataclass

from portal.base.access import Permission
from portal.base.viewing import Viewer


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint. `permission` is None for everyone: with `person`, everyone who
    is signed in. `also` is what one needs besides, such as to export what one may view."""

    permission: Permission | None
    everywhere: bool = False
    most_bytes: int | None = None
    fresh: bool = False
    person: bool = False
    unready: bool = False
    also: tuple[Permission, ...] = ()

    @property
    def needs(self) -> frozenset[Permission]:
        """All that one must hold to come in: nothing, where no account is opened."""
        return frozenset((self.permission, *self.also)) if self.permission else frozenset()

    def lets_in(self, who: Viewer) -> bool:
        return all(who.may(each) for each in self.needs)
