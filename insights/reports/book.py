"""A report as an Excel file: a sheet for its words, one for each section, with charts of Excel's own."""
import io

from insights.reports import printed
from tickets.excel import Book

WIDE, NARROW = 34, 18
FORBIDDEN = str.maketrans("", "", "[]:*?/\\")  # in the name of a sheet


class ReportBook(Book):
    def write(self, report):
        about = self.book.add_worksheet(printed.sheet_title())
        lines = [(str(report.get_kind_display()), printed.title(report)), *printed.facts(report)]
        lines += [("" if place else printed.comment_title(), text) for place, text in enumerate(report.comment.splitlines())]
        self.said(about, [*lines, ("SHA-256", report.digest)])
        for place, part in enumerate(printed.parts(report), start=1):
            self.part(part, place)
        self.book.close()

    def part(self, part, place):
        name = f"{place} {part.title.translate(FORBIDDEN)}"[:31]
        sheet = self.book.add_worksheet(name)
        self.heads(sheet, [(part.title, WIDE), *[(column, NARROW) for column in part.columns]])
        for line, row in enumerate(part.rows, start=1):
            self.put(sheet, line, 0, row.label)
            for column, cell in enumerate(row.cells, start=1):
                self.put(sheet, line, column, cell.text if cell.n is None else cell.n)
        if not part.rows:
            self.put(sheet, 1, 0, printed.nothing())
        if part.note:
            self.put(sheet, len(part.rows) + 2, 0, part.note)
        if part.has_chart:
            self.chart(sheet, name, part)

    def chart(self, sheet, name, part):
        last = len(part.rows)
        chart = self.book.add_chart({"type": "column" if part.chart == "columns" else "bar"})
        chart.add_series({"name": part.columns[0], "categories": [name, 1, 0, last, 0], "values": [name, 1, 1, last, 1],
                          "fill": {"color": "#206BC4"}, "data_labels": {"value": True}})
        chart.set_title({"name": part.title})
        chart.set_legend({"none": True})
        if part.chart == "bars":
            chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 760, "height": max(300, 28 * last + 120)})
        sheet.insert_chart(1, len(part.columns) + 2, chart)


def write(report):
    """The bytes of the file."""
    file = io.BytesIO()
    ReportBook(file).write(report)
    return file.getvalue()
