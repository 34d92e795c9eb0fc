"""The certificate that statements are signed with: a PKCS#12 file (.p12, .pfx), as its issuer gives it."""

from dataclasses import field
from pathlib import Path

from shop.frozen import frozen


@frozen
class SigningCertificate:
    """Where it lies, and what opens it."""

    file: Path
    password: str = field(repr=False)

    @property
    def problem(self) -> str | None:
        """Why nothing can be signed with it, in a sentence that quotes no password; None when all is well."""
        from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415 - where there is one

        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(
                self.file.read_bytes(), self.password.encode()
            )
        except OSError:
            return f"STATEMENT_CERTIFICATE names {self.file}, which cannot be read."
        except ValueError:
            return (
                f"STATEMENT_CERTIFICATE names {self.file}, which is no PKCS#12 file, or one that "
                "STATEMENT_CERTIFICATE_PASSWORD does not open."
            )
        if key is None or certificate is None:
            return f"STATEMENT_CERTIFICATE names {self.file}, which lacks a certificate or its key."
        return None
