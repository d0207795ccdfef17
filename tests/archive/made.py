"""Files as people send them, made by the libraries that others write them with."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import docx
import openpyxl
import pptx
import typst

import letters.pdf


def pdf(words: str) -> bytes:
    source = f'#set text(font: "Noto Sans SC")\n{words}'
    return typst.Compiler(source.encode(), font_paths=letters.pdf._fonts()).compile()


def word(words: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("开头")
    document.add_table(1, 1).cell(0, 0).text = words
    return _saved(document)


def sheet(words: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["编号", words])
    return _saved(book)


def slides(words: str) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = words
    return _saved(deck)


def mail(words: str, attached: bytes = b"", name: str = "附件.docx") -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "回复", "someone@example.org"
    message.set_content(words)
    if attached:
        message.add_attachment(attached, maintype="application", subtype="zip", filename=name)
    return message.as_bytes()


def bomb() -> bytes:
    """A document whose text would be 300 MB."""
    whole = io.BytesIO(word("开头"))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/header9.xml", b"<a>" + b" " * 90_000_000 + b"</a>")
    return whole.getvalue()


def locked() -> bytes:
    """A PDF that opens with a password only."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    parts += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]
    parts += [b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"]
    whole, places = b"%PDF-1.4\n", []
    for n, part in enumerate(parts, 1):
        places.append(len(whole))
        whole += b"%d 0 obj %s endobj\n" % (n, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n" + table
    end = b"trailer <</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]>>\nstartxref\n%d\n%%%%EOF"
    return whole + head + end % len(whole)


def _saved(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
