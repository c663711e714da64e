"""A second reader of the loopback server: Microsoft's own packages for Python, with their own paging. Prints the totals that they come to.

`python tests/servers/witness_azure.py URL CA TENANT CLIENT SECRET`, the URL that of the encrypted port: they send no secret over a plain one.
"""

import json
import sys
import urllib.parse

from azure.identity import ClientSecretCredential
from azure.mgmt.managementgroups import ManagementGroupsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

URL, AUTHORITY, TENANT, CLIENT, SECRET = sys.argv[1:]
GIVEN = {"base_url": URL, "connection_verify": AUTHORITY, "credential_scopes": ["https://management.azure.com/.default"]}
QUERY = "resources | project id, subscriptionId, tags | order by id asc"


def everything(graph, query, subscriptions):
    token = None
    while True:
        options = QueryRequestOptions(top=1000, skip_token=token, result_format="objectArray")
        page = graph.resources(QueryRequest(query=query, subscriptions=subscriptions, options=options))
        yield from page.data
        token = page.skip_token
        if not token:
            return


def every_entity(client):
    """Followed by hand: the package asks for the next page with GET, where Microsoft documents POST for all of them."""
    token = None
    while True:
        pages = client.entities.list(skiptoken=token).by_page()
        yield from next(pages)
        if not pages.continuation_token:
            return
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(pages.continuation_token).query)["$skiptoken"][0]


credential = ClientSecretCredential(TENANT, CLIENT, SECRET, authority=URL, connection_verify=AUTHORITY, disable_instance_discovery=True)
subscriptions = list(SubscriptionClient(credential, **GIVEN).subscriptions.list())
names = {subscription.subscription_id: subscription.display_name for subscription in subscriptions}
entities = list(every_entity(ManagementGroupsMgmtClient(credential, **GIVEN)))
rows = list(everything(ResourceGraphClient(credential, **GIVEN), QUERY, list(names)))
managed, groups = {}, {}
for identifier, name in names.items():
    manager = ResourceManagementClient(credential, identifier, **GIVEN)
    managed[name] = len(list(manager.resources.list(expand="createdTime,changedTime")))
    groups[name] = len(list(manager.resource_groups.list()))
print(json.dumps({
    "subscriptions": len(subscriptions),
    "entities": len(entities),
    "resources_by_graph": {name: sum(row["subscriptionId"] == identifier for row in rows) for identifier, name in names.items()},
    "resources_by_manager": managed,
    "groups": groups,
    "tagged": sum(bool(row["tags"]) for row in rows),
}))
