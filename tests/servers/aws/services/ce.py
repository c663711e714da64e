"""Cost Explorer: what the seed's costs come to in groups of two things at most, and which tags are activated."""

import decimal

from protocol import Refusal

STALE = Refusal("InvalidNextTokenException", "The next token is not valid.")
# What a cost is grouped by beside tags.
DIMENSIONS = {"LINKED_ACCOUNT": "account", "SERVICE": "service"}
METRICS = {"UnblendedCost": "billed", "NetAmortizedCost": "effective", "AmortizedCost": "effective"}


def list_tags(world, place, given):
    shown = [
        {"TagKey": tag, "Type": "UserDefined", "Status": told["status"], "LastUpdatedDate": told["updated"], "LastUsedDate": told["used"]}
        for tag, told in world.seed.get("cost_tags", {}).items()
        if given.get("Status", told["status"]) == told["status"] and tag in given.get("TagKeys", [tag])
    ]
    size = world.size("ListCostAllocationTags", given.get("MaxResults"), 100)
    page, token = world.page(shown, "cost-tags", given.get("NextToken"), size, STALE)
    return {"CostAllocationTags": page, **({"NextToken": token} if token else {})}


def _word(cost, group):
    if group["Type"] == "DIMENSION":
        return cost[DIMENSIONS[group["Key"]]]
    # What is not activated is no tag of a cost.
    return f"{group['Key']}${cost.get('tags', {}).get(group['Key'], '')}"


def _fits(cost, expression):
    if expression is None:
        return True
    dimension = expression["Dimensions"]
    return cost[DIMENSIONS[dimension["Key"]]] in dimension["Values"]


def cost_and_usage(world, place, given):
    groups = given.get("GroupBy", [])
    if len(groups) > 2:
        raise Refusal("ValidationException", "GroupBy may have no more than 2 groups.")
    if given["Granularity"] != "MONTHLY":
        raise Refusal("ValidationException", "this server knows months alone")
    start, end = given["TimePeriod"]["Start"][:7], given["TimePeriod"]["End"][:7]
    active = {tag for tag, told in world.seed.get("cost_tags", {}).items() if told["status"] == "Active"}
    sums = {}
    for cost in world.seed.get("costs", []):
        if start <= cost["month"] < end and _fits(cost, given.get("Filter")):
            shown = {**cost, "tags": {tag: value for tag, value in cost.get("tags", {}).items() if tag in active}}
            into = sums.setdefault((cost["month"], *(_word(shown, group) for group in groups)), {})
            for metric in given["Metrics"]:
                into[metric] = into.get(metric, decimal.Decimal(0)) + decimal.Decimal(cost[METRICS[metric]])
    missing = world.seed.get("cost_groups_lack")
    if len(groups) == 2:
        sums = {key: values for key, values in sums.items() if missing not in key}
    listed = sorted(sums.items())
    size = world.size("GetCostAndUsage", None, 5000)
    page, token = world.page(listed, f"costs:{given.get('Filter')}:{groups}", given.get("NextPageToken"), size, STALE)
    months = {}
    for (month, *keys), values in page:
        metrics = {metric: {"Amount": str(value), "Unit": "USD"} for metric, value in values.items()}
        months.setdefault(month, []).append({"Keys": keys, "Metrics": metrics})
    results = [
        {"TimePeriod": {"Start": f"{month}-01", "End": _after(month)}, "Groups": found, "Total": {}, "Estimated": month >= world.seed.get("open_month", "9999")}
        for month, found in months.items()
    ]
    return {"ResultsByTime": results, "GroupDefinitions": groups, "DimensionValueAttributes": [], **({"NextPageToken": token} if token else {})}


def _after(month):
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}-01"


OPERATIONS = {"GetCostAndUsage": cost_and_usage, "ListCostAllocationTags": list_tags}
