"""Open S/MIME enveloped messages (RFC 5652, EnvelopedData) with the certificates and keys that an account keeps."""

from __future__ import annotations

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.keys import Keys


def open_enveloped(content: bytes, keys: Keys) -> list[Inside]:
    """Return the message that was encrypted.

    Raises:
        Shut: no key of the account fits, or its algorithm is not known.
    """
    if not keys.identities:
        raise Shut(reasons.CERTIFICATE_MISSING)
    from cryptography import exceptions, x509  # loaded on first use: 40 ms
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs7

    for identity in keys.identities:
        try:
            pem = identity.encode("ascii")
            key = load_pem_private_key(pem, None)
            if not isinstance(key, RSAPrivateKey):
                continue
            inner = pkcs7.pkcs7_decrypt_der(content, x509.load_pem_x509_certificate(pem), key, [])
        except (ValueError, TypeError, exceptions.UnsupportedAlgorithm):
            continue
        is_entity = inner[:8].lower() in (b"content-", b"mime-ver")
        return [Inside(inner, declared_type="message/rfc822" if is_entity else "")]
    raise Shut(reasons.CERTIFICATE_MISSING)
