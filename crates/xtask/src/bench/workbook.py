"""Writes the findings and resources of a run into a workbook with XlsxWriter, as a careful Python program would: typed, row by row, in constant memory.

usage: workbook.py RUN OUT
"""

import csv
import sys

import xlsxwriter

run, out = sys.argv[1:]
book = xlsxwriter.Workbook(out, {"constant_memory": True})
money = book.add_format({"num_format": "#,##0.00"})
for name in ("findings", "resources"):
    sheet = book.add_worksheet(name.title())
    sheet.freeze_panes(1, 0)
    with open(f"{run}/{name}.csv", newline="") as file:
        rows = csv.reader(file)
        titles = next(rows)
        amounts = {at for at, title in enumerate(titles) if title.startswith("cost_")}
        sheet.write_row(0, 0, titles)
        last = 0
        for number, row in enumerate(rows, 1):
            last = number
            for at, text in enumerate(row):
                if not text:
                    continue
                if at in amounts:
                    sheet.write_number(number, at, float(text), money)
                else:
                    sheet.write_string(number, at, text)
    sheet.autofilter(0, 0, last, len(titles) - 1)
book.close()
