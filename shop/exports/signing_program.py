"""A program of its own, which signing.py starts: what to do comes in as a line of JSON and the PDF after it.

Without a certificate it puts a field on the first page that any program for PDF lets somebody sign; with one
it signs as PAdES (ETSI EN 319 142-1, level B-B), to be seen in the same place. It knows no shop.
"""

import json
import sys
from datetime import UTC, datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import TextStampStyle

FIELD = "Signature"
LOOK = TextStampStyle(stamp_text="Signed by %(signer)s\n%(ts)s", border_width=0)

if __name__ == "__main__":
    said = json.loads(sys.stdin.buffer.readline())
    writer, out = IncrementalPdfFileWriter(BytesIO(sys.stdin.buffer.read())), BytesIO()
    field = SigFieldSpec(FIELD, box=tuple(said["box"]), readable_field_name=said["whose"])
    if said["file"]:
        signer = SimpleSigner.load_pkcs12(said["file"], passphrase=said["password"].encode())
        if signer.signing_cert.not_valid_after < datetime.now(UTC):
            sys.exit(3)
        facts = PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=said["reason"]
        )
        PdfSigner(facts, signer=signer, stamp_style=LOOK, new_field_spec=field).sign_pdf(writer, output=out)
    else:
        append_signature_field(writer, field)
        writer.write(out)
    sys.stdout.buffer.write(out.getbuffer())
