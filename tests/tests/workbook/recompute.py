"""Lets LibreOffice work a workbook out anew, and says where it comes to something else than what stands in the file.

The values that are stored with the formulas are taken out first, so that what is compared was computed and not copied.
"""

import json
import pathlib
import subprocess
import sys

import openpyxl

office, book = sys.argv[1:3]
bare, profile = pathlib.Path("bare.xlsx").resolve(), pathlib.Path("profile").resolve()
openpyxl.load_workbook(book).save(bare)
assert all(cell.value is None for row in openpyxl.load_workbook(bare, data_only=True)["Summary"].iter_rows() for cell in row if cell.data_type == "f")
convert = ["--headless", "--norestore", f"-env:UserInstallation=file://{profile}", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "out", str(bare)]
subprocess.run([office, *convert], check=True, stdout=subprocess.DEVNULL, timeout=120)
formulas = openpyxl.load_workbook(book)
stored, computed = openpyxl.load_workbook(book, data_only=True), openpyxl.load_workbook("out/bare.xlsx", data_only=True)
count, differ = 0, []
for sheet in formulas.sheetnames:
    for row in formulas[sheet].iter_rows():
        for cell in row:
            if cell.data_type != "f":
                continue
            count += 1
            ours, theirs = (of[sheet][cell.coordinate].value for of in (stored, computed))
            numbers = all(isinstance(value, (int, float)) for value in (ours, theirs))
            if ours != theirs and not (numbers and abs(ours - theirs) <= 1e-9 * max(1, abs(ours))):
                differ.append([sheet, cell.coordinate, cell.value, ours, theirs])
print(json.dumps({"formulas": count, "differ": differ}))
