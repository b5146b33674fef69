"""A report as PDF on A4: the font is embedded (only the signs that are used), charts are drawn, not pictures."""
import re

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from insights.reports import fonts, printed

INK, GREY, PALE, BLUE, WHITE = (30, 30, 30), (110, 110, 110), (235, 239, 245), (32, 107, 196), (255, 255, 255)
RED = (192, 0, 0)  # of an official paper's head
MARGIN, LINE = 18, 5.6  # mm
BAR, HIGH = 5.0, 38.0  # how high a lying bar is, and a chart of standing ones
LONGEST = 26  # signs of a label beside a bar


class Paper(FPDF):
    def __init__(self, report):
        super().__init__(format="A4")
        self.mark = printed.mark(report)
        for style in ("", "B"):
            self.add_font("report", style, fonts.path(style))
        self.set_margins(MARGIN, 16, MARGIN)
        self.set_auto_page_break(True, 18)
        self.set_title(printed.title(report))
        self.set_creation_date(report.made_at)
        self.add_page()

    def footer(self):
        self.set_y(-12)
        self.said(7, color=GREY)
        self.cell(0, 4, f"{self.mark}    {self.page_no()} / {{nb}}", align="C")

    def said(self, size, style="", color=INK):
        self.set_font("report", style, size)
        self.set_text_color(*color)

    def prose(self, text, height):
        """Wrapped where Chinese is wrapped, anywhere but inside a number or a foreign word."""
        line = ""
        for piece in re.findall(r"[!-~]+|.", text):
            if line and self.get_string_width(line + piece) > self.epw - 2:
                self.paragraph(line, height)
                line = ""
            line += piece
        self.paragraph(line, height)

    def paragraph(self, text, height=LINE, align="L"):
        self.multi_cell(0, height, text, align=align, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room(self, height):
        """On a new page what would be cut in two."""
        if self.will_page_break(height):
            self.add_page()


def write(report):
    """The bytes of the file."""
    paper = Paper(report)
    head(paper, report)
    for part in printed.parts(report):
        write_part(paper, part)
    return bytes(paper.output())


def head(paper, report):
    paper.said(20, "B", RED)
    paper.paragraph(printed.title(report), 10, "C")
    paper.ln(1)
    paper.set_draw_color(*RED)
    paper.set_line_width(0.6)
    paper.line(MARGIN, paper.get_y(), paper.w - MARGIN, paper.get_y())
    paper.ln(3)
    paper.said(9, color=GREY)
    paper.paragraph("    ".join(f"{label}: {value}" for label, value in printed.facts(report)), 4.8)
    if report.comment:
        paper.ln(2)
        paper.said(11)
        for line in report.comment.splitlines():
            paper.prose(line, 6.4)


def write_part(paper, part):
    paper.ln(4)
    paper.room(HIGH + 24 if part.has_chart else 30)  # a title does not stand alone at the foot of a page
    paper.said(12.5, "B")
    paper.paragraph(part.title, 7)
    if part.has_chart:
        (columns if part.chart == "columns" else bars)(paper, part.points)
    if part.is_empty:
        paper.said(10, color=GREY)
        paper.paragraph(printed.nothing())
    elif part.chart != "columns":
        table(paper, part)
    if part.note:
        paper.said(8.5, color=GREY)
        paper.paragraph(part.note, 5)


def table(paper, part):
    paper.said(7.6 if len(part.columns) > 6 else 9.5)
    paper.set_draw_color(190, 196, 204)
    paper.set_line_width(0.15)
    paper.set_fill_color(*WHITE)  # of the cells
    longest = [max(width_of(text) for text in texts) for texts in zip(
        ["", *part.columns], *([row.label, *[cell.text for cell in row.cells]] for row in part.rows), strict=True)]
    shares = [min(max(one + 3, 7), 32) for one in longest]
    with paper.table(col_widths=tuple(shares), line_height=LINE, borders_layout=TableBordersLayout.ALL, padding=(0.6, 1),
                     wrapmode=WrapMode.CHAR,
                     headings_style=FontFace(emphasis="BOLD", fill_color=PALE), text_align=("LEFT",) * len(shares)) as drawn:
        drawn.row(["", *part.columns])
        for row in part.rows:
            drawn.row([row.label, *[cell.text for cell in row.cells]])


def width_of(text):
    """Chinese signs are twice as wide."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)


def bars(paper, points):
    """Lying bars with their labels and numbers."""
    most, left, wide = max(many for _label, many in points), 62, paper.epw - 62 - 16
    paper.said(9)
    for label, many in points:
        paper.room(BAR + 1)
        top = paper.get_y()
        paper.cell(left - 2, BAR, label if len(label) <= LONGEST else f"{label[:LONGEST - 1]}…", align="R")
        paper.set_fill_color(*BLUE)
        length = wide * many / most
        if length:
            paper.rect(MARGIN + left, top + 0.6, length, BAR - 1.2, style="F")
        paper.set_xy(MARGIN + left + length + 1, top)
        paper.cell(14, BAR, str(many), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(2)


def columns(paper, points):
    """Standing ones, each with its number above and its label below."""
    paper.room(HIGH + 14)
    most, step = max(many for _label, many in points), paper.epw / len(points)
    floor = paper.get_y() + HIGH + 5
    paper.said(6.5 if len(points) > 15 else 8)
    paper.set_fill_color(*BLUE)
    for place, (label, many) in enumerate(points):
        x, tall = MARGIN + place * step, HIGH * many / most
        if many:
            paper.rect(x + step * 0.15, floor - tall, step * 0.7, tall, style="F")
            paper.set_xy(x, floor - tall - 4)
            paper.cell(step, 4, str(many), align="C")
        paper.set_xy(x, floor + 0.5)
        paper.cell(step, 4, label, align="C")
    paper.set_draw_color(*GREY)
    paper.line(MARGIN, floor, paper.w - MARGIN, floor)
    paper.set_xy(MARGIN, floor + 6)
