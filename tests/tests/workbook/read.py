"""Reads a workbook and works its formulas out anew: `read.py report.xlsx`, JSON on standard output.

The formulas are those that we write, and no others: SUM, SUMIFS, ROUND, IF(ABS(…)). Anything else is an error, so that a new one gets its own rule here."""

import datetime
import json
import re
import sys

import openpyxl

[path] = sys.argv[1:]
formulas_of = openpyxl.load_workbook(path)
values_of = openpyxl.load_workbook(path, data_only=True)


def cells(reference, sheet):
    """The values of a range, from its top."""
    if "!" in reference:
        name, reference = reference.rsplit("!", 1)
        sheet = name.strip("'")
    found = values_of[sheet][reference.replace("$", "")]
    rows = found if isinstance(found, tuple) else ((found,),)
    return [cell.value for row in rows for cell in (row if isinstance(row, tuple) else (row,))]


def number(reference, sheet):
    [value] = cells(reference, sheet)
    return value or 0


def total(values):
    """Doubles added up one after the other, as a spreadsheet does."""
    out = 0.0
    for value in values:
        if isinstance(value, (int, float)):
            out += value
    return out


def sumifs(arguments, sheet):
    amounts, conditions = cells(arguments[0], sheet), arguments[1:]
    tests = [(cells(conditions[at], sheet), number(conditions[at + 1], sheet)) for at in range(0, len(conditions), 2)]
    return total(amount for row, amount in enumerate(amounts) if all(column[row] == wanted for column, wanted in tests))


def worked_out(formula, sheet):
    formula = formula.removeprefix("=")
    if found := re.fullmatch(r"SUM\(([^()]+)\)", formula):
        return total(cells(found[1], sheet))
    if formula.startswith("SUMIFS("):
        return sum(sumifs(part.split(","), sheet) for part in re.findall(r"SUMIFS\(([^()]+)\)", formula))
    if found := re.fullmatch(r"ROUND\((\w+)-(\w+),2\)", formula):
        return round(number(found[1], sheet) - number(found[2], sheet), 2)
    if found := re.fullmatch(r'IF\(ABS\((\w+)-(\w+)\)<0\.005,"(.+)","(.+)"\)', formula):
        return found[3] if abs(number(found[1], sheet) - number(found[2], sheet)) < 0.005 else found[4]
    raise SystemExit(f"{sheet}: no rule for the formula {formula}")


out = {"sheets": formulas_of.sheetnames, "formulas": [], "rows": {}, "frozen": {}, "types": {}, "texts": [], "columns": []}
for sheet in formulas_of.worksheets:
    name = sheet.title
    out["rows"][name] = sheet.max_row
    out["frozen"][name] = sheet.freeze_panes
    titles = [cell.value for cell in next(sheet.iter_rows(min_row=1, max_row=1))]
    kinds = {title: set() for title in titles if title}
    for row in sheet.iter_rows(min_row=1):
        for at, cell in enumerate(row):
            if cell.data_type == "f":
                stored = values_of[name][cell.coordinate].value
                came = worked_out(cell.value, name)
                if isinstance(stored, (int, float)):
                    stored, came = round(float(stored), 9), round(float(came), 9)
                out["formulas"].append({"sheet": name, "cell": cell.coordinate, "formula": cell.value, "stored": stored, "recomputed": came})
            elif isinstance(cell.value, str):
                out["texts"].append(cell.value)
            if cell.row > 1 and cell.value is not None and at < len(titles) and titles[at]:
                kinds[titles[at]].add("d" if isinstance(cell.value, (datetime.date, datetime.datetime)) else cell.data_type)
    out["types"][name] = {title: sorted(found) for title, found in kinds.items()}
for row in formulas_of["Columns"].iter_rows(min_row=2, values_only=True):
    out["columns"] += [name.strip() for name in row[1].split(",")]
print(json.dumps(out))
