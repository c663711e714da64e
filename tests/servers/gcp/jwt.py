"""Service accounts' own tokens: JSON that they have signed with their key."""

import base64
import functools
import json

# How far a client's clock may go ahead, and how long such a token may last.
AHEAD, LONGEST = 300, 3600


class Expired(ValueError):
    """Its time is over, has not come, or is too long."""


class Unknown(ValueError):
    """Nobody of that name has a key here."""


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(token, accounts, now):
    """The claims of a token; raises ValueError where it is none, or not signed by whom it names."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("no token")
    try:
        header, claims = (json.loads(decoded(part)) for part in parts[:2])
        signature = decoded(parts[2])
        issuer = claims["iss"]
        begins, ends = int(claims["iat"]), int(claims["exp"])
    except (KeyError, TypeError) as error:
        raise ValueError("no claims") from error
    account = next((one for one in accounts if one["email"] == issuer and header.get("kid") in (None, one.get("key_id"))), None)
    if account is None or "public_key" not in account:
        raise Unknown("nobody")
    if header.get("alg") != "RS256":
        raise ValueError("another algorithm")
    check(account["public_key"], f"{parts[0]}.{parts[1]}".encode(), signature)
    if not (begins - AHEAD <= now < ends and ends - begins <= LONGEST + AHEAD):
        raise Expired("not now")
    return claims


@functools.lru_cache(maxsize=1024)
def check(key, signed, signature):
    """Raises ValueError where the signature is not by the key. A token comes with hundreds of calls."""
    # Most servers are never shown such a token, and do without the package.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        load_pem_public_key(key.encode()).verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise ValueError("another's signature") from error
