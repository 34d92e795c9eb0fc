"""WebAuthn's two ceremonies: what a browser is asked, and whether its answer is true.

W3C Web Authentication, sections 7.1 (registering) and 7.2 (an assertion): the challenge is ours, origin and
relying party are this site, somebody was there and was verified by the device, the signature is the key's,
and its counter went on. The library that checks it loads when the first passkey is asked for.
"""

import ipaddress
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from shop.accounts.models import Account, Passkey
from shop.accounts.passkeys import NewKey, PasskeyRefused
from shop.frozen import frozen

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, PublicKeyCredentialDescriptor

LONGEST: Final = 16_384
"""Characters of an answer; those of devices have some 1,000."""

MILLISECONDS: Final = 240_000
"""What a browser is told to wait for a device: a little less than `passkeys.ANSWER_WITHIN`."""

NAME: Final = "In Remembrance"


@frozen
class Site:
    """The site as devices know it: keys made for one work for no other."""

    origin: str

    @property
    def relying_party(self) -> str:
        """Its host, without a port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def has_name(self) -> bool:
        """Whether its host has a name: a number is no relying party, so it can have no passkeys."""
        try:
            ipaddress.ip_address(self.relying_party)
        except ValueError:
            return True
        return False


@frozen
class Answer:
    """What a browser sent: unchecked, but for its form."""

    credential: dict[str, Any]
    credential_id: bytes
    challenge: bytes

    def part(self, name: str) -> bytes:
        """A part of its response, as bytes. Raises PasskeyRefused when it is missing."""
        return _bytes(self.credential["response"].get(name))

    def check_handle(self, account_id: int) -> None:
        """Whether the device says, if it says it, that it signed for this account. Raises PasskeyRefused."""
        handle = self.credential["response"].get("userHandle")
        if handle is not None and _bytes(handle) != user_handle(account_id):
            raise PasskeyRefused("it is somebody else's")


def read(text: str) -> Answer:
    """An answer in its JSON form. Raises PasskeyRefused for anything else."""
    if len(text) > LONGEST:
        raise PasskeyRefused("too long")
    try:
        credential = json.loads(text)
        client_data = json.loads(_bytes(credential["response"]["clientDataJSON"]))
        return Answer(credential, _bytes(credential["rawId"]), _bytes(client_data["challenge"]))
    except (ValueError, KeyError, TypeError, RecursionError) as broken:
        raise PasskeyRefused("not in the form of an answer") from broken


def registration_options(site: Site, challenge: bytes, account: Account, having: Sequence[Passkey]) -> str:
    """What the browser is asked when a passkey is to be made, as JSON."""
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415

    options = generate_registration_options(
        rp_id=site.relying_party,
        rp_name=NAME,
        user_id=user_handle(account.id),
        user_name=account.email,
        challenge=challenge,
        timeout=MILLISECONDS,
        exclude_credentials=_named(having),
        authenticator_selection=_verified_and_found_again(),
    )
    return options_to_json(options)


def assertion_options(site: Site, challenge: bytes, having: Sequence[Passkey]) -> str:
    """What the browser is asked when a passkey is to sign, as JSON; any of this site's if none are named."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=site.relying_party,
        challenge=challenge,
        timeout=MILLISECONDS,
        allow_credentials=_named(having),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made(site: Site, answer: Answer) -> NewKey:
    """The key that was made. Raises PasskeyRefused."""
    from webauthn import verify_registration_response  # noqa: PLC0415

    try:
        found = verify_registration_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=site.relying_party,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as broken:  # whatever a stranger's bytes bring about is a refusal
        raise PasskeyRefused(_why(broken)) from broken
    public = found.credential_public_key
    return NewKey(found.credential_id, public, _spki(public), found.sign_count)


def signed(site: Site, answer: Answer, passkey: Passkey) -> int:
    """How often the key has signed by now, as it says itself. Raises PasskeyRefused unless it has signed."""
    from webauthn import verify_authentication_response  # noqa: PLC0415

    try:
        found = verify_authentication_response(
            credential=answer.credential,
            expected_challenge=answer.challenge,
            expected_rp_id=site.relying_party,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as broken:  # as above
        raise PasskeyRefused(_why(broken)) from broken
    answer.check_handle(passkey.account_id)
    return found.new_sign_count


def _named(having: Sequence[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in having]


def _verified_and_found_again() -> "AuthenticatorSelectionCriteria":
    """The device finds the key without being told whose, and asks for finger, face or PIN."""
    from webauthn.helpers import structs  # noqa: PLC0415

    return structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )


def _spki(public_key: bytes) -> bytes:
    """A COSE key as SubjectPublicKeyInfo in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415
    from webauthn.helpers import (  # noqa: PLC0415
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
    )

    key = decoded_public_key_to_cryptography(decode_credential_public_key(public_key))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def user_handle(account_id: int) -> bytes:
    """What devices know an account by: it says nothing of whose it is."""
    return f"account {account_id}".encode()


def _bytes(text: object) -> bytes:
    """What was sent in base64url without its padding. Raises PasskeyRefused."""
    if not isinstance(text, str):
        raise PasskeyRefused("not in the form of an answer")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as broken:
        raise PasskeyRefused("not in the form of an answer") from broken


def _why(broken: Exception) -> str:
    """For the log: a line of the library's, which quotes nothing secret, cut short."""
    return f"{type(broken).__name__}: {broken}"[:160]
