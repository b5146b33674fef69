"""A year of holidays from a file: everything that is wrong is said in one pass, with its line."""
import json

import pytest
from django.utils import translation

from tests.tickets.test_holidays import YEAR_2027
from tickets.holidays import files


def errors_of(content, name="2027.json"):
    with translation.override("en"), pytest.raises(files.BadFile) as bad:
        files.read(content.encode() if isinstance(content, str) else content, name)
    return bad.value.errors


def test_a_year_is_read_from_json_and_from_csv():
    from_json = files.read(json.dumps(YEAR_2027).encode(), "2027.json")
    from_csv = files.read("日期,类型,名称\r\n2027-01-01,放假,元旦\r\n2027-01-02,off,\r\n2027-01-03,off,\r\n2027-01-09,调休,\r\n"
                          .encode("gb18030"), "2027.csv")

    assert from_json.days == from_csv.days == {
        "2027-01-01": ["off", "元旦"], "2027-01-02": ["off", ""], "2027-01-03": ["off", ""], "2027-01-09": ["work", ""]}
    assert (from_json.year, from_csv.year, from_json.source) == (2027, 2027, "通知")


def test_everything_that_is_wrong_is_said_with_its_line():
    found = errors_of("date,kind,name\n2027-01-01,off,元旦\n2027-01-01,off,元旦\n2028-01-01,off,x\nnever,off,x\n"
                      "2027-01-02,holiday,x\n2027-01-05,work,x\n2027-02-30,off,x\n", "2027.csv")

    assert found == [
        "Line 3: 2027-01-01 stands in line 2 already.",
        "Line 4: 2028-01-01 is not in 2027; one file holds one year.",
        "Line 5: “never” is no date; write 2027-01-31.",
        "Line 6: “holiday” is no kind; write off or work.",
        "Line 7: 2027-01-05 is no weekend: it is a workday anyway.",
        "Line 8: “2027-02-30” is no date; write 2027-01-31.",
    ]


def test_lines_of_json_are_those_of_the_list_in_which_a_day_stands():
    text = '{"year": 2027,\n"off": [\n"2027-01-02",\n"2027-01-02"],\n"work": [\n"2027-01-02"]}'

    assert errors_of(text) == ["Line 4: 2027-01-02 stands in line 3 already.", "Line 6: 2027-01-02 stands in line 3 already."]


@pytest.mark.parametrize(("content", "said"), [
    ("{", "Line 1: This is no JSON."),
    ('{"off": 3}', "The file needs the lists “off” and “work”, as in the file of the year before."),
    ("[]", "The file needs the lists “off” and “work”, as in the file of the year before."),
    ('{"off": []}', "The file names no day off."),
    pytest.param(b"\xff\xff\xff", "The file is no text in UTF-8 or GB 18030.", id="no text"),
    ("x" * 100_001, "The file is too large for a year of holidays."),
    ('{"off": ["2027-01-01"], "names": {"2027-01-01": "\\u0000"}}', "Line 1: The name holds signs that cannot be shown."),
    ('{"off": ["2027-01-01"], "names": {"2027-01-01": "%s"}}' % ("x" * 41), "Line 1: The name is longer than 40 characters."),
    ('{"off": [1, null]}', "Line 1: “1” is no date; write 2027-01-31."),
    ('{"off": ["0001-01-01"]}', "Line 1: This year cannot be right."),
])
def test_what_is_no_year_of_holidays_is_refused(content, said):
    assert said in errors_of(content)
