"""The next access token of credentials in parts: the parts read, exchanged, what is new stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.contract.connection import Pace
from reconciler.contract.credentials import CredentialForm
from reconciler.engine.credentials import Place
from reconciler.errors import TenantError
from reconciler.http.tokens import Grant


@dataclass(frozen=True, slots=True)
class InParts:
    """The places of the parts of a form, by their keys, and the vendor's way to ask.

    A refresh token that comes along with a form that has none to renew is not used: asking with
    the whole form again is simpler, and it does as well.
    """

    form: CredentialForm
    places: Mapping[str, Place]
    region: str | None
    pace: Pace
    sandbox: str | None

    async def __call__(self) -> Grant:
        """Fetch a grant; a part that is new is stored before the grant is used.

        Raises ProjectError where a part is not there, TenantError (TEN102) where it is refused.
        """
        renewed = self.form.renewed
        if renewed is None:
            return await self._exchange({})
        place = self.places[renewed.key]
        used = await place.read()
        try:
            grant = await self._exchange({renewed.key: used})
        except TenantError:
            # another run may have used it just now, and stored the one that came instead
            newer = await place.read()
            if newer == used:
                raise
            used, grant = newer, await self._exchange({renewed.key: newer})
        if grant.unusable:
            place.warn(
                f"tenant {place.tenant}: the vendor's answer has a {renewed.words} that "
                "is empty, too long, or has characters that no token has: the old one is kept"
            )
        elif grant.refresh_token not in (None, used):
            place.keep(str(grant.refresh_token))
        return grant

    async def _exchange(self, known: Mapping[str, str]) -> Grant:
        from reconciler.http.oauth import fetch  # noqa: PLC0415 - `plan --help` does without HTTP

        others = {key: await place.read() for key, place in self.places.items() if key not in known}
        request = self.form.request(self.region, {**others, **known})
        return await fetch(request, self.pace, self.sandbox)
