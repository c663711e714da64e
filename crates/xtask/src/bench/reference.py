"""The pre-aggregated reference query on DuckDB, and the check that every side gives the same cube.

usage: reference.py prepare FOLDER     inventory/ -> inventory.parquet (id, tags), not measured
       reference.py run FOLDER         month x Environment x Application as CSV on standard output; measured
       reference.py check FOLDER CSV   a cube against truth.json, to the last digit

Reading the inventory from the clouds' JSON is done beforehand, in favour of DuckDB. Only the distinct tag texts are
parsed, and money is summed as decimals.
"""

import csv
import glob
import gzip
import json
import os
import sys
from decimal import Decimal

ENVIRONMENTS = {
    "development": ["dev"],
    "integration": ["ci", "int"],
    "test": ["qa", "tst"],
    "staging": ["stage", "stg", "preprod", "uat"],
    "demo": [],
    "preview": [],
    "production": ["prod", "prd", "live"],
    "recovery": ["dr", "failover"],
}

QUERY = """
with pre as (
    select BillingPeriodStart as month, BillingCurrency as currency, ResourceId as id, Tags as tags,
           sum(EffectiveCost::decimal(38, 12)) as cost, count(*) as bill_rows
    from read_parquet('{folder}/bill/*/*.parquet', hive_partitioning = false)
    group by all
),
texts as (select tags from pre where tags is not null union select tags from '{folder}/inventory.parquet'),
pairs as (select tags, unnest(map_entries(cast(tags::json as map(varchar, varchar)))) as pair from texts),
folded as (
    select tags, regexp_replace(lower(pair.key), '[-_.:/ ]', '', 'g') as key, pair.value as value from pairs
),
answers as (
    select tags,
           max(name) filter (where key in ('environment', 'env', 'stage', 'environmentname')) as environment,
           max(value) filter (where key in ('application', 'app', 'service')) as application
    from folded left join environments on spelling = lower(value)
    group by tags
),
owners as (select id, environment, application from '{folder}/inventory.parquet' join answers using (tags))
select strftime(month at time zone 'UTC', '%Y-%m') as month, currency,
       coalesce(own.environment, owner.environment, 'unattributed') as Environment,
       coalesce(own.application, owner.application, 'unattributed') as Application,
       sum(cost) as amount, sum(bill_rows)::bigint as bill_rows
from pre left join answers as own using (tags) left join owners as owner on owner.id = pre.id
group by all order by all
"""


def records(path):
    """The resources of one export: (id, tags as text)."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        document = json.load(file)
    rows = document if isinstance(document, list) else document.get("Resources") or document.get("data") or []
    for row in rows:
        if "Arn" in row:
            pairs = [pair for p in row["Properties"] if p["Name"] == "tags" for pair in p["Data"]]
            yield row["Arn"], {pair["Key"]: pair["Value"] for pair in pairs}
        elif "assetType" in row:
            yield row["name"], row.get("labels") or {}
        elif "subscriptionId" in row:
            yield row["id"], row.get("tags") or {}


def connect():
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("set timezone = 'UTC'")
    return connection


def prepare(folder):
    path = f"{folder}/inventory.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "tags"])
        for export in sorted(glob.glob(f"{folder}/inventory/**/*.json*", recursive=True)):
            writer.writerows((name, json.dumps(tags, ensure_ascii=False, separators=(",", ":"))) for name, tags in records(export))
    connect().execute(f"copy (select * from read_csv('{path}', all_varchar = true)) to '{folder}/inventory.parquet'")
    os.remove(path)


def run(folder):
    connection = connect()
    connection.execute("create temp table environments (name varchar, spelling varchar)")
    spellings = [(name, spelling) for name, others in ENVIRONMENTS.items() for spelling in [name, *others]]
    connection.executemany("insert into environments values (?, ?)", spellings)
    result = connection.execute(QUERY.format(folder=folder))
    writer = csv.writer(sys.stdout)
    writer.writerow(["month", "currency", "Environment", "Application", "amount", "bill_rows"])
    writer.writerows(result.fetchall())


def check(folder, path):
    with open(f"{folder}/truth.json", encoding="utf-8") as file:
        truth = json.load(file)
    cells = truth.get("totals", truth)["by_environment_application"]
    name = lambda value: value or "unattributed"
    wanted = {(c["month"], c["currency"], name(c["environment"]), name(c["application"])): Decimal(c["effective"]) for c in cells}
    with open(path, encoding="utf-8", newline="") as file:
        found = {(r["month"], r["currency"], r["Environment"], r["Application"]): Decimal(r["amount"]) for r in csv.DictReader(file)}
    wrong = [cell for cell in wanted.keys() | found.keys() if wanted.get(cell, 0) != found.get(cell, 0)]
    for cell in sorted(wrong)[:5]:
        print(f"{' '.join(cell)}: {found.get(cell)} instead of {wanted.get(cell)}", file=sys.stderr)
    if wrong:
        sys.exit(f"{path}: {len(wrong)} of {len(wanted)} cells differ from truth.json")


{"prepare": prepare, "run": run, "check": check}[sys.argv[1]](*sys.argv[2:])
