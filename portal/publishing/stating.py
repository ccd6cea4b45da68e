"""Writing what is stated about a release into it, where nothing speaks against it."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.downloads.models import ReleaseChannel, ReleaseModel, ReleasePilot, SoftwareRelease
from portal.publishing.facts import ReleaseFacts


def state(it: SoftwareRelease, facts: ReleaseFacts) -> None:
    other = {"printed", "models", "channels", "pilots"}
    for name in ReleaseFacts.__slots__:
        if name not in other:
            setattr(it, name, getattr(facts, name))
    it.version = facts.printed
    models = {each.model_id: each for each in it.models}
    it.models = [models.get(each) or ReleaseModel(model_id=each) for each in facts.models]
    known = {each.channel: each for each in it.channels}
    it.channels = [known.get(each) or ReleaseChannel(channel=each) for each in facts.channels]
    pilots = {each.account_id: each for each in it.pilots}
    it.pilots = [pilots.get(each) or ReleasePilot(account_id=each) for each in facts.pilots]
    it.staged = bool(facts.pilots)


def refuse_twin(session: ScopedSession, facts: ReleaseFacts, mine: int | None) -> None:
    """A version stands once for a model, or for a program on a platform."""
    same = select(SoftwareRelease).options(selectinload(SoftwareRelease.models))
    same = same.where(SoftwareRelease.version == facts.printed, SoftwareRelease.sort == facts.sort)
    for it in session.scalars(same):
        models = {each.model_id for each in it.models}
        alike = (it.title, it.platform) == (facts.title, facts.platform)
        if it.id != mine and alike and (models & set(facts.models) or not facts.models):
            raise Refused(
                N_("Version %(version)s is there already: %(reference)s."),
                field="printed",
                version=it.version,
                reference=it.reference,
            )
