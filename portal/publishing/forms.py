"""What publishers fill in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from portal.base import clock
from portal.base.references import (
    write_master_account_id,
)
from portal.base.wall_time import moment_there
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.naming import models_named
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import (
    LANGUAGES,
    Audience,
    Channel,
    Part,
    Platform,
    Sort,
    Standing,
)
from portal.publishing.facts import ReleaseFacts
from portal.publishing.fields import IncomingField
from portal.publishing.naming import accounts_named, release_named
from portal.web.fields import DayField, TimeOfDayField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

_NAMES = {"nb": _l("Norwegian"), "nn": _l("Nynorsk"), "en": _l("English")}


class Several(SelectMultipleField):  # type: ignore[misc]
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _ReleaseFields(Form):
    sort = SelectField(_l("Kind"))
    title = StringField(_l("Name of the software"), description=_l("Of endpoint software alone."))
    platform = SelectField(_l("Platform"))
    printed = StringField(_l("Version"), description=_l("As it is printed: 7.2.1.1707, 0225_0_0."))
    train = StringField(_l("Release train"))
    released_on = DayField(_l("Released"))
    models = TextAreaField(
        _l("Models"), description=_l("One on each line, by name or part number.")
    )
    channels = Several(_l("Channels"))
    security = BooleanField(
        _l("Security fix"), description=_l("Open to every customer who is signed in.")
    )
    audience = SelectField(_l("For whom"))
    opens_on = DayField(_l("Day it goes live"), description=_l("Nobody is told of it before."))
    opens_at = TimeOfDayField(_l("Time of day"), description=_l("In Norway. 08.00 if left empty."))
    pilots = TextAreaField(
        _l("Pilot customers"),
        description=_l("Master account IDs, one on each line. Only they are told of it at first."),
    )
    predecessor = StringField(
        _l("Must be installed first"),
        description=_l("The version or number of a release of the same models."),
    )
    steps_nb = TextAreaField(_l("How to install it, in Norwegian"))
    steps_en = TextAreaField(_l("How to install it, in English"))
    files = IncomingField(_l("File"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort.choices = choices_of(Sort)
        self.platform.choices = [SelectChoice("", _("None")), *choices_of(Platform)]
        self.audience.choices = choices_of(Audience)
        self.channels.choices = choices_of(Channel)

    def notes(self) -> dict[str, dict[str, str]]:
        return {
            part.value: {code: self[note(part, code)].data or "" for code in LANGUAGES}
            for part in Part
        }

    def facts(self, session: Session, catalogue: Catalogue) -> ReleaseFacts:
        models = models_named(self.models.data or "", catalogue)
        opens_at = None
        if self.opens_on.data:
            minutes = 8 * 60 if self.opens_at.data is None else self.opens_at.data
            opens_at = moment_there(self.opens_on.data, minutes, clock.OSLO, field="opens_at")
        return ReleaseFacts(
            sort=Sort(self.sort.data),
            title=self.title.data or "",
            platform=Platform(self.platform.data) if self.platform.data else None,
            printed=self.printed.data or "",
            train=self.train.data or "",
            released_on=self.released_on.data,
            models=models,
            channels=tuple(Channel(each) for each in self.channels.data or ()),
            notes=self.notes(),
            security=bool(self.security.data),
            audience=Audience(self.audience.data),
            opens_at=opens_at,
            pilots=accounts_named(session, self.pilots.data or ""),
            predecessor_id=release_named(session, self.predecessor.data or "", models),
            steps_nb=self.steps_nb.data or "",
            steps_en=self.steps_en.data or "",
        )


def note(part: Part, code: str) -> str:
    return f"note_{part.value}_{code}"


for _part in Part:  # a field for each part in each language
    for _code in LANGUAGES:
        setattr(_ReleaseFields, note(_part, _code), TextAreaField(_NAMES[_code]))


class AddReleaseForm(CreatingForm, _ReleaseFields):
    pass


class ChangeReleaseForm(EditingForm, _ReleaseFields):
    pass


class WithdrawForm(Form):
    channels = Several(_l("Withdraw it from"))
    reason_nb = TextAreaField(_l("Why, in Norwegian"), id="why-nb")
    reason_en = TextAreaField(_l("Why, in English"), id="why-en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channels.choices = choices_of(Channel)


class JudgeForm(Form):
    standing = SelectField(_l("What customers are told of it"))
    reason_nb = TextAreaField(_l("Why, in Norwegian"))
    reason_en = TextAreaField(_l("Why, in English"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing.choices = choices_of(Standing)


def told_in_fields(
    facts: ReleaseFacts,
    catalogue: Catalogue,
    accounts: Mapping[int, str],
    before: SoftwareRelease | None,
) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    same = ("title", "printed", "train", "released_on", "security", "steps_nb", "steps_en")
    values: dict[str, Any] = {name: getattr(facts, name) for name in same}
    values |= {
        note(part, code): facts.notes.get(part.value, {}).get(code, "")
        for part in Part
        for code in LANGUAGES
    }
    here = facts.opens_at.astimezone(clock.OSLO) if facts.opens_at else None
    return values | {
        "sort": facts.sort.value,
        "platform": facts.platform.value if facts.platform else "",
        "audience": facts.audience.value,
        "channels": [each.value for each in facts.channels],
        "models": "\n".join(sorted(catalogue[each].name for each in facts.models)),
        "pilots": "\n".join(write_master_account_id(accounts[each]) for each in facts.pilots),
        "opens_on": here.date() if here else None,
        "opens_at": here.hour * 60 + here.minute if here else None,
        "predecessor": before.version if before else "",
    }
