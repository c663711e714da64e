"""Cost Management's query: sums of the seed's costs by month and up to two dimensions, both messages held against the models of Microsoft's own client.

Costs: [{"subscription": name, "month", "resource", "service", "currency", "actual", "amortized"}], amounts as text.
"""

import base64
import decimal
import json
import typing
from enum import Enum

from azure.mgmt.costmanagement import models

from problems import Problem

DIMENSIONS = {"ResourceId": "resource", "ServiceName": "service"}
LEDGERS = {"ActualCost": "actual", "AmortizedCost": "amortized"}


def faults(value, kind, at):
    """What of a message its model does not know."""
    while typing.get_origin(kind) is typing.Union:
        options = [one for one in typing.get_args(kind) if one is not type(None)]
        # A word and the list of known words are one thing to the client; here only the known ones pass.
        kind = next((one for one in options if isinstance(one, type) and issubclass(one, Enum)), options[0])
    if typing.get_origin(kind) is list:
        inner = (typing.get_args(kind) or (typing.Any,))[0]
        return [f for n, one in enumerate(value) for f in faults(one, inner, f"{at}[{n}]")] if isinstance(value, list) else [f"{at} is no list"]
    if typing.get_origin(kind) is dict:
        return [f for name, one in value.items() for f in faults(one, typing.get_args(kind)[1], f"{at}.{name}")] if isinstance(value, dict) else [f"{at} is no map"]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [] if value in [one.value for one in kind] else [f"{at}: {value!r} is no {kind.__name__}"]
    if not hasattr(kind, "_attr_to_rest_field"):
        return []
    if not isinstance(value, dict):
        return [f"{at} is no {kind.__name__}"]
    hints, found = typing.get_type_hints(kind, vars(models) | {"_models": models}), []
    fields = {field._rest_name: hints[name] for name, field in {**getattr(kind, "_attr_to_rest_field", {})}.items() if name in hints}
    for name, one in value.items():
        found += faults(one, fields[name], f"{at}.{name}") if name in fields else [f"{at} has no member {name}"]
    needed = [name for name, hint in fields.items() if type(None) not in typing.get_args(hint)]
    return found + [f"{at} lacks {name}" for name in needed if name not in value and kind is not models.QueryResult]


class Costs:
    def __init__(self, seed, violations):
        self.costs, self.violations, self.page = seed.get("costs", []), violations, seed.get("page", {}).get("costs", 5000)

    def answer(self, subscription, asked):
        query = json.loads(asked.body)
        self.violations.extend(f"Query: {fault}" for fault in faults(query, models.QueryDefinition, "query"))
        dataset = query["dataset"]
        groups = [group["name"] for group in dataset.get("grouping", [])]
        if len(groups) > 2 or any(group not in DIMENSIONS for group in groups):
            raise Problem(400, "BadRequest", "Invalid query definition: Dataset grouping is invalid.")
        if dataset["granularity"] != "Monthly" or query["timeframe"] != "Custom":
            raise Problem(400, "BadRequest", "This server knows months of its own choice alone.")
        first, last = query["timePeriod"]["from"][:10], query["timePeriod"]["to"][:10]
        sums = {}
        for cost in self.costs:
            if cost["subscription"] == subscription["name"] and first <= f"{cost['month']}-01" <= last:
                key = (cost["month"], *(cost[DIMENSIONS[group]] for group in groups), cost["currency"])
                sums[key] = sums.get(key, decimal.Decimal(0)) + decimal.Decimal(cost[LEDGERS[query["type"]]])
        rows = [[float(amount), f"{month}-01T00:00:00", *rest] for (month, *rest), amount in sorted(sums.items())]
        start = int(base64.b64decode(asked.query["$skiptoken"])) if asked.query.get("$skiptoken") else 0
        size = min(self.page, int(asked.query.get("$top") or 1000))
        names = [("Cost", "Number"), ("BillingMonth", "Datetime"), *((group, "String") for group in groups), ("Currency", "String")]
        properties = {"nextLink": None, "columns": [{"name": name, "type": kind} for name, kind in names], "rows": rows[start:start + size]}
        if start + size < len(rows):
            properties["nextLink"] = asked.base + asked.target + "?" + asked.again(base64.b64encode(str(start + size).encode()).decode())
        at = f"subscriptions/{subscription['id']}/providers/Microsoft.CostManagement/query/1f0c9b1e"
        result = {"id": at, "name": "1f0c9b1e", "type": "Microsoft.CostManagement/query", "location": None, "sku": None, "eTag": None, "properties": properties}
        self.violations.extend(f"Query: {fault}" for fault in faults(result, models.QueryResult, "answer"))
        return result
