"""A report as a Word file: headings that Word knows, tables that can be edited, charts as pictures."""
import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from insights.reports import pictures, printed

FONT = "宋体"  # every Chinese Word has it; what is shown does not hang on the machine that wrote the file
TITLE = "黑体"
RED = RGBColor(192, 0, 0)


def write(report):
    """The bytes of the file."""
    book = Document()
    dress(book)
    line = book.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(printed.title(report))
    run.bold, run.font.size, run.font.color.rgb = True, Pt(20), RED
    chinese(run.font, run._element.get_or_add_rPr(), TITLE)
    for label, value in printed.facts(report):
        small(book.add_paragraph(), f"{label}: {value}")
    for text in report.comment.splitlines():
        book.add_paragraph(text)
    for part in printed.parts(report):
        write_part(book, part)
    small(book.sections[0].footer.paragraphs[0], printed.mark(report))
    file = io.BytesIO()
    book.core_properties.title = printed.title(report)
    book.core_properties.created = book.core_properties.modified = report.made_at.replace(tzinfo=None)
    book.save(file)
    return file.getvalue()


def dress(book):
    page = book.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(2)
    for name, font, size in (("Normal", FONT, 11), ("Heading 2", TITLE, 13)):
        style = book.styles[name]
        style.font.size = Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        chinese(style.font, style.element.get_or_add_rPr(), font)


def chinese(font, properties, name):
    font.name = name
    properties.rFonts.set(qn("w:eastAsia"), name)


def small(paragraph, text):
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), RGBColor(96, 96, 96)


def write_part(book, part):
    book.add_heading(part.title, 2)
    if part.has_chart:
        book.add_picture(pictures.draw(part), width=Cm(16.5))
    if part.is_empty:
        book.add_paragraph(printed.nothing())
    elif part.chart != "columns":
        table(book, part)
    if part.note:
        small(book.add_paragraph(), part.note)


def table(book, part):
    drawn = book.add_table(1, len(part.columns) + 1, style="Table Grid")
    fill(drawn.rows[0].cells, ["", *part.columns], bold=True)
    for row in part.rows:
        fill(drawn.add_row().cells, [row.label, *[cell.text for cell in row.cells]])


def fill(cells, texts, *, bold=False):
    for cell, text in zip(cells, texts, strict=True):
        run = cell.paragraphs[0].add_run(text)
        run.bold, run.font.size = bold, Pt(9)
