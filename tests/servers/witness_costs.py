"""A second reader of Cost Management's query: Microsoft's own package for Python. Prints both ledgers of a subscription in a month.

`python tests/servers/witness_costs.py URL CA TENANT CLIENT SECRET SUBSCRIPTION FROM TO`, the URL that of the encrypted port.
"""

import decimal
import json
import sys

from azure.identity import ClientSecretCredential
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.costmanagement.models import QueryAggregation, QueryDataset, QueryDefinition, QueryGrouping, QueryTimePeriod

URL, AUTHORITY, TENANT, CLIENT, SECRET, SUBSCRIPTION, FROM, TO = sys.argv[1:]
credential = ClientSecretCredential(TENANT, CLIENT, SECRET, authority=URL, connection_verify=AUTHORITY, disable_instance_discovery=True)
client = CostManagementClient(credential, base_url=URL, connection_verify=AUTHORITY, credential_scopes=["https://management.azure.com/.default"])
sums = {}
for ledger in ("ActualCost", "AmortizedCost"):
    dataset = QueryDataset(
        granularity="Monthly",
        aggregation={"totalCost": QueryAggregation(name="Cost", function="Sum")},
        grouping=[QueryGrouping(type="Dimension", name="ResourceId"), QueryGrouping(type="Dimension", name="ServiceName")],
    )
    period = QueryTimePeriod(from_property=f"{FROM}T00:00:00Z", to=f"{TO}T23:59:59Z")
    found = client.query.usage(f"subscriptions/{SUBSCRIPTION}", QueryDefinition(type=ledger, timeframe="Custom", time_period=period, dataset=dataset))
    cost = [column.name for column in found.columns].index("Cost")
    sums[ledger] = str(sum(decimal.Decimal(repr(row[cost])) for row in found.rows))
print(json.dumps(sums))
