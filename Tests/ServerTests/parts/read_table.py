"""Prints an XLSX file's sheet as openpyxl reads it: JSON with its name, its rows, and the formats of its numbers.

    read_table.py FILE
"""

import datetime
import json
import sys

import openpyxl


def text(cell):
    match cell.value:
        case None:
            return ""
        case datetime.datetime() as moment:
            return f"date {moment:%Y-%m-%d %H:%M}"
        case int() | float() as number:
            return f"number {number}"
        case str() as words if cell.data_type == "s":
            return words
    return f"{cell.data_type} {cell.value}"


sheet = openpyxl.load_workbook(sys.argv[1]).active
formats = {cell.number_format: None for row in sheet.iter_rows() for cell in row if cell.number_format != "General"}
rows = [[text(cell) for cell in row] for row in sheet.iter_rows()]
print(json.dumps({"sheet": sheet.title, "rows": rows, "formats": list(formats)}))
