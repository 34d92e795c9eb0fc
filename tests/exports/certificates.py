"""A certificate to sign with, made for a test."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

PASSWORD = "a password for tests"


def make_certificate(folder: Path, days: int = 30) -> tuple[Path, Path]:
    """A PKCS#12 file that is good for so many days, and its certificate alone for whoever checks."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "In Remembrance")])
    now = datetime.now().astimezone()
    usage = dict.fromkeys(
        (
            "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    both, alone = folder / "statements.p12", folder / "statements.pem"
    encrypted = BestAvailableEncryption(PASSWORD.encode())
    both.write_bytes(pkcs12.serialize_key_and_certificates(b"statements", key, made, None, encrypted))
    alone.write_bytes(made.public_bytes(Encoding.PEM))
    return both, alone


def without_a_key(folder: Path) -> Path:
    """A PKCS#12 file that has a certificate alone."""
    made = x509.load_pem_x509_certificate((folder / "statements.pem").read_bytes())
    encrypted = BestAvailableEncryption(PASSWORD.encode())
    file = folder / "alone.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"alone", None, made, None, encrypted))
    return file
