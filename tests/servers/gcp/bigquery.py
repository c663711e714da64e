"""BigQuery, as far as one query over one table goes: what it would read, a job under the caller's own name, and its answer page by page.

{"bigquery": {"table": "project.dataset.table", "fields": its schema, "location": "EU", "bytes": what a query reads, "rows": [{a column of the answer: its text}],
"page": rows on a page, "looks": how often a job is running still when it is looked at, "fails": {"reason", "message"} with which it ends, "total": rows that an
answer claims to have, "repeats": the next page is the same one, "statistics": more of a job's}}

It does not run SQL: its rows are what the query's own names of columns pick, of the months that it asks for. What runs SQL is the emulator.
"""

import re

import problems
from problems import Problem

ROWS = re.compile(r"'(\d{6})'")
MADE = "1767225600000"


def payer(asked):
    """The project in which a job runs."""
    return asked.scope.removeprefix("projects/")


class BigQuery:
    def __init__(self, seed):
        self.given, self.jobs = seed.get("bigquery", {}), {}
        self.project, self.dataset, self.table = self.given.get("table", "-.-.-").split(".")
        self.location = self.given.get("location", "EU")
        self.answers = {"GetTable": self.get_table, "Query": self.query, "InsertJob": self.insert, "GetJob": self.get, "GetQueryResults": self.results}

    def answer(self, asked, call):
        return self.answers[asked.operation](asked, call)

    def get_table(self, asked, _):
        name = asked.path.split("/")
        if (name[4], name[6], name[8]) != (self.project, self.dataset, self.table):
            what = "Dataset" if name[6] != self.dataset else "Table"
            raise problems.told(404, "notFound", f"Not found: {what} {name[4]}:{name[6]}" + (f".{name[8]}" if what == "Table" else ""))
        reference = {"projectId": self.project, "datasetId": self.dataset, "tableId": self.table}
        return {"kind": "bigquery#table", "id": f"{self.project}:{self.dataset}.{self.table}", "tableReference": reference, "type": "TABLE",
                "schema": {"fields": self.given["fields"]}, "location": self.location, "creationTime": MADE}

    def looked(self, request):
        """The query of a request, after a look at whether it can be."""
        sql = request["query"]
        if request.get("useLegacySql") is not False:
            raise problems.told(400, "invalidQuery", "Encountered legacy SQL")
        if f"`{self.project}.{self.dataset}.{self.table}`" not in sql:
            raise problems.told(404, "notFound", "Not found: Table")
        return sql

    def query(self, asked, _):
        request = asked.form()
        self.looked(request)
        if not request.get("dryRun"):
            raise problems.told(400, "invalid", "This server runs jobs under a name that the caller gives.")
        return {"kind": "bigquery#queryResponse", "jobReference": {"projectId": payer(asked), "location": self.location}, "jobComplete": True,
                "totalBytesProcessed": str(self.given.get("bytes", 0)), "cacheHit": False}

    def insert(self, asked, call):
        request = asked.form()
        query, name = request["configuration"]["query"], request["jobReference"]["jobId"]
        sql = self.looked(query)
        call["job"] = name
        if name in self.jobs:
            raise problems.told(409, "duplicate", f"Already Exists: Job {payer(asked)}:{self.location}.{name}")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,1024}", name) or request["jobReference"].get("location", self.location) != self.location:
            raise problems.told(400, "invalid", "Invalid job reference")
        fails = self.given.get("fails")
        if int(query["maximumBytesBilled"]) < self.given.get("bytes", 0):
            fails = {"reason": "bytesBilledLimitExceeded", "message": "Query exceeded limit for bytes billed"}
        self.jobs[name] = {"sql": sql, "looks": self.given.get("looks", 0), "fails": fails, "configuration": request["configuration"]}
        return self.job(name, payer(asked))

    def get(self, asked, _):
        name = self.named(asked)
        self.jobs[name]["looks"] -= 1
        return self.job(name, payer(asked))

    def named(self, asked):
        name = asked.path.split("/")[-1]
        if name not in self.jobs or asked.one("location") != self.location:
            raise problems.told(404, "notFound", f"Not found: Job {payer(asked)}:{name}")
        return name

    def job(self, name, project):
        job, reference = self.jobs[name], {"projectId": project, "jobId": name, "location": self.location}
        is_done = job["looks"] <= 0
        status = {"state": "DONE" if is_done else "RUNNING"}
        if is_done and job["fails"]:
            status |= {"errorResult": job["fails"], "errors": [job["fails"]]}
        read = str(self.given.get("bytes", 0))
        statistics = {"creationTime": MADE, "startTime": MADE, "totalBytesProcessed": read, "query": {"totalBytesProcessed": read, "totalBytesBilled": read}}
        return {"kind": "bigquery#job", "id": f"{project}:{self.location}.{name}", "jobReference": reference, "configuration": job["configuration"],
                "status": status, "statistics": statistics | self.given.get("statistics", {})}

    def results(self, asked, call):
        name = self.named(asked)
        job, reference = self.jobs[name], {"projectId": payer(asked), "jobId": name, "location": self.location}
        if job["fails"]:
            raise problems.told(400, job["fails"]["reason"], job["fails"]["message"])
        if job["looks"] > 0:
            return {"kind": "bigquery#getQueryResultsResponse", "jobReference": reference, "jobComplete": False}
        names = [part.split()[-1] for part in job["sql"].split("\nFROM (")[0].removeprefix("SELECT ").split(", ")]
        months = ROWS.findall(job["sql"].split("\nWHERE ")[1].split("\nOR ")[0])
        rows = [row for row in self.given.get("rows", []) if row.get(names[0]) in months or not re.fullmatch(r"\d{6}", row.get(names[0]) or "")]
        page, at = self.given.get("page", 1000), int(asked.one("pageToken") or 0)
        part = rows[at:at + page]
        call["rows"] = len(part)
        answer = {"kind": "bigquery#getQueryResultsResponse", "jobReference": reference, "jobComplete": True, "cacheHit": False,
                  "schema": {"fields": [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in names]},
                  "totalRows": str(self.given.get("total", len(rows))), "rows": [{"f": [{"v": row.get(name)} for name in names]} for row in part]}
        after = at if self.given.get("repeats") and at else at + page
        return answer | ({"pageToken": str(after)} if after < len(rows) else {})
