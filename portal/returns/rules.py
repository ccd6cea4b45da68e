"""What is asked of whoever sends a faulty device back."""

from portal.base.words import N_
from portal.catalogue.models import Category

MOST_LABELS = 100  # in one PDF
TO_PACK = {
    Category.HEADSET: N_(
        "The headset, and its USB adapter if it has one. Keep the charging stand, the case and"
        " the cables."
    ),
    Category.VIDEO: N_(
        "The device itself. Keep the cables, the power supply and the mount: the new one is used"
        " with yours."
    ),
    Category.VOICE: N_(
        "The phone with its handset. Keep the cables and the power supply: the new one is used with"
        " yours."
    ),
    Category.QUOTE_ONLY: N_("The device itself, and nothing that we have not asked for."),
}
_STEPS = (
    N_("Pack it so that it cannot move, such as in the box that the new one came in."),
    N_("Put the label on the outside, and cover other labels."),
    N_("Hand the parcel in where the carrier takes parcels. The freight is paid."),
    N_("Keep the receipt until you see in the portal that we have received it."),
    N_("Is the battery swollen or damaged? Do not send it, but call us first."),
)
_EMPTY_IT = N_("Delete what is stored on the device, if it still starts.")


def steps_of(category: Category) -> tuple[str, ...]:
    """The instructions that go along with the label, in their order."""
    return _STEPS if category is Category.HEADSET else (_EMPTY_IT, *_STEPS)
