"""A second reader of the loopback server: Google's own packages for Python over REST, with their own paging. Prints the totals that they come to.

`python tests/servers/witness_gcp.py [--token TOKEN] URL SCOPE…`; without a token, they have the one that the server's metadata gives to a machine.
"""

import argparse
import collections
import json
import urllib.request

from google.cloud import asset_v1, resourcemanager_v3
from google.oauth2.credentials import Credentials

METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"
MASK = ["name", "asset_type", "project", "labels", "effective_tags", "tags"]


def machine(url):
    asked = urllib.request.Request(url + METADATA, headers={"Metadata-Flavor": "Google"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)["access_token"]


def connected(kind):
    return kind(transport="rest", credentials=CREDENTIALS, client_options={"api_endpoint": ARGUMENTS.url})


parser = argparse.ArgumentParser()
parser.add_argument("--token")
parser.add_argument("url")
parser.add_argument("scopes", nargs="+")
ARGUMENTS = parser.parse_args()
CREDENTIALS = Credentials(ARGUMENTS.token or machine(ARGUMENTS.url))

projects = list(connected(resourcemanager_v3.ProjectsClient).search_projects(request={}))
folders = list(connected(resourcemanager_v3.FoldersClient).search_folders(request={}))
organizations = list(connected(resourcemanager_v3.OrganizationsClient).search_organizations(request={}))
names = {project.name: project.project_id for project in projects}
assets = connected(asset_v1.AssetServiceClient)
found, by_project, labelled, tagged, listed = 0, collections.Counter(), 0, 0, collections.Counter()
for scope in ARGUMENTS.scopes:
    for result in assets.search_all_resources(request={"scope": scope, "page_size": 500, "read_mask": {"paths": MASK}}):
        found += 1
        by_project[names.get(result.project, result.project)] += 1
        labelled += bool(result.labels)
        tagged += bool(result.effective_tags)
    for asset in assets.list_assets(request={"parent": scope, "content_type": asset_v1.ContentType.RESOURCE, "page_size": 1000}):
        listed[asset.asset_type] += bool(asset.resource.data)
print(json.dumps({
    "organizations": len(organizations),
    "folders": len(folders),
    "projects": len(projects),
    "active": sum(project.state == resourcemanager_v3.Project.State.ACTIVE for project in projects),
    "found": found,
    "by_project": by_project,
    "labelled": labelled,
    "tagged": tagged,
    "listed": listed,
}))
