"""Rows as a file, one by one: Excel with as many sheets as they need, or CSV that Excel opens in the right alphabet."""
import csv
import io
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.excel import FORMULA, Book, plain

SHEET_ROWS = 1_048_575  # Excel's limit, without the heads
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


class ExcelFile(Book):
    def __init__(self, file, name, heads):
        super().__init__(file)
        self.name, self.columns, self.row, self.sheets = name, heads, 0, 0
        self.sheet: Any = None
        self.open()

    def open(self):
        self.sheets += 1
        self.sheet = self.book.add_worksheet(self.name if self.sheets == 1 else f"{self.name} {self.sheets}")
        self.heads(self.sheet, self.columns)
        self.row = 0

    def add(self, values):
        if self.row == SHEET_ROWS:
            self.filter()
            self.open()
        self.row += 1
        for place, value in enumerate(values):
            self.put(self.sheet, self.row, place, value)

    def filter(self):
        self.sheet.autofilter(0, 0, self.row, len(self.columns) - 1)

    def close(self, about):
        self.filter()
        self.said(self.book.add_worksheet(_("About this file")), about)
        self.book.close()


class CsvFile:
    """UTF-8 with BOM. A cell that a spreadsheet could take for a formula begins with an apostrophe."""

    def __init__(self, file, name, heads):
        self.text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
        self.rows = csv.writer(self.text)
        self.rows.writerow([str(label) for label, _width in heads])

    def add(self, values):
        self.rows.writerow([shown(value) for value in values])

    def close(self, about):
        self.text.flush()
        self.text.detach()


def shown(value):
    value = plain(value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, int):
        return value
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


WRITERS: dict[str, Any] = {"xlsx": ExcelFile, "csv": CsvFile}
