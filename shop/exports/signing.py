"""Signing a statement: as PAdES (ETSI EN 319 142-1, level B-B) with a certificate, or a field left for it."""

from io import BytesIO
from typing import Final

from shop.signing_certificate import SigningCertificate

FIELD: Final = "Signature"
BOX: Final = (45, 57, 272, 128)
"""Where `paper/typst/statement.typ` leaves room on the first page: left, bottom, right, top, in points."""

REASON: Final = "Statement of giving"
WHOSE: Final = "Signature of the seller"
WORDS: Final = "Signed by %(signer)s\n%(ts)s"


def for_signing(pdf: bytes) -> bytes:
    """The PDF with a field on it that any program for PDF lets somebody sign."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field  # noqa: PLC0415

    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    append_signature_field(writer, SigFieldSpec(FIELD, box=BOX, readable_field_name=WHOSE))
    writer.write(out)
    return out.getvalue()


def signed(pdf: bytes, certificate: SigningCertificate) -> bytes:
    """The PDF signed, and its signature seen on the first page."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter  # noqa: PLC0415
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner  # noqa: PLC0415
    from pyhanko.stamp import TextStampStyle  # noqa: PLC0415

    signer = SimpleSigner.load_pkcs12(str(certificate.file), passphrase=certificate.password.encode())
    said = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=REASON
    )
    where = SigFieldSpec(FIELD, box=BOX, readable_field_name=WHOSE)
    look = TextStampStyle(stamp_text=WORDS, border_width=0)
    out = PdfSigner(said, signer=signer, stamp_style=look, new_field_spec=where).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), output=BytesIO()
    )
    return bytes(out.getbuffer())
