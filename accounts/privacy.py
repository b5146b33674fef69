"""Personal data at rest: encrypted columns, and keyed hashes to look them up by."""

import base64
import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.lookups import Exact

from accounts.masking import mask_id_card, mask_in_text, mask_name, mask_phone
from accounts.numbers import (
    can_be_called_back,
    normalise_phone,
    phone_digits,
    phone_kind,
    validate_id_card,
    validate_phone,
    validate_phone_for_callback,
    validate_social_credit_code,
)

__all__ = [
    "DecryptionFailed",
    "EncryptedTextField",
    "can_be_called_back",
    "decrypt",
    "decrypt_bytes",
    "encrypt",
    "encrypt_bytes",
    "keyed_hash",
    "mask_id_card",
    "mask_in_text",
    "mask_name",
    "mask_phone",
    "normalise_phone",
    "phone_hash",
    "phone_kind",
    "validate_id_card",
    "validate_phone",
    "validate_phone_for_callback",
    "validate_social_credit_code",
]

NONCE_BYTES = 12


class DecryptionFailed(Exception):
    """The stored text was changed, moved to another column, or its key is gone."""


def field_keys() -> dict[str, bytes]:
    """Key id → 32 bytes; the first one encrypts, all of them decrypt."""
    keys = {key_id: base64.b64decode(key, validate=True) for key_id, key in settings.FIELD_KEYS.items()}
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise ImproperlyConfigured("FIELD_KEYS must give at least one id and 32 bytes in base64 for each.")
    return keys


def encrypt(text: str, *, context: str) -> str:
    """`key id.base64(nonce + AES-256-GCM)`; it only opens again with the same context. "" stays ""."""
    if text == "":
        return ""
    key_id, key = next(iter(field_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode("utf-8"), f"{key_id}|{context}".encode())
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode('ascii')}"


def decrypt(stored: str, *, context: str) -> str:
    if stored == "":
        return ""
    key_id, _dot, body = stored.partition(".")
    key = field_keys().get(key_id)
    if key is None:
        raise DecryptionFailed(f"No key {key_id[:20]!r} for {context}.")
    try:
        sealed = base64.b64decode(body.encode("ascii"), altchars=b"-_", validate=True)
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, ciphertext, f"{key_id}|{context}".encode()).decode("utf-8")
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed(f"The stored text of {context} does not verify.") from error


def encrypt_bytes(content: bytes, *, context: str) -> bytes:
    """The same for a file: `key id.` and nonce + AES-256-GCM as they are."""
    key_id, key = next(iter(field_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return key_id.encode() + b"." + nonce + AESGCM(key).encrypt(nonce, content, f"{key_id}|{context}".encode())


def decrypt_bytes(stored: bytes, *, context: str) -> bytes:
    name, _dot, sealed = stored.partition(b".")
    key_id = name.decode("ascii", "replace")
    key = field_keys().get(key_id)
    if key is None:
        raise DecryptionFailed(f"No key {key_id[:20]!r} for {context}.")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{key_id}|{context}".encode())
    except (InvalidTag, ValueError) as error:
        raise DecryptionFailed(f"The stored file of {context} does not verify.") from error


class EncryptedTextField(models.TextField):
    """Text that the database never sees. It cannot be searched: keep a keyed_hash beside it for that.

    The ciphertext is bound to its column; pass `context=` to keep it readable after a rename.
    Saving a row again encrypts it under the current key, which is how keys are rotated.
    """

    def __init__(self, *args, context: str = "", **kwargs):
        self.context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.context:
            kwargs["context"] = self.context
        return name, path, args, kwargs

    def _binding(self) -> str:
        return self.context or f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_save(self, value, connection):
        # A database expression would write plain text past the encryption.
        if hasattr(value, "as_sql"):
            raise FieldError(f"{self.name} is encrypted: assign text, not an expression.")
        return super().get_db_prep_save(value, connection)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value, context=self._binding())

    def from_db_value(self, value, expression, connection):
        return value if value is None else decrypt(value, context=self._binding())

    def get_lookup(self, lookup_name):
        return {"isnull": super().get_lookup("isnull"), "exact": EmptyOnly}.get(lookup_name)

    def get_transform(self, lookup_name):
        return None


class EmptyOnly(Exact):
    """`phone=""` is a fair question; any other comparison with ciphertext silently finds nothing."""

    def get_prep_lookup(self):
        if self.rhs != "":
            raise FieldError("Encrypted text cannot be searched; filter on its keyed hash.")
        return super().get_prep_lookup()


def keyed_hash(text: str) -> str:
    """HMAC-SHA-256 in hex, for equality look-up; useless without the key. "" for ""."""
    if text == "":
        return ""
    key = settings.HASH_KEY
    folded = unicodedata.normalize("NFKC", text)
    return hmac.new(key.encode() if isinstance(key, str) else key, folded.encode("utf-8"), hashlib.sha256).hexdigest()


def phone_hash(text: str) -> str:
    """One hash a number, however it was typed. Text that is no number hashes too, and finds nobody."""
    return keyed_hash(phone_digits(text))
