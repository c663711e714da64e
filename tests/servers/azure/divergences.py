"""Where the documents of 2018 and 2019 that Prism judges by are behind what the service does: each with what has changed, and where Microsoft says so.

A change goes to a place in one document: "set" puts a value there, "drop" takes it away, "more" adds to the object there. Places are lists of keys.
"""

LEARN = "https://learn.microsoft.com/en-us"
SPECS = "https://github.com/Azure/azure-rest-api-specs/blob/main/specification"
SCHEMAS = ("components", "schemas")
ERROR = {"description": "Why the operation failed.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CloudError"}}}}
# Each of Resource Manager's errors has a code and a message.
CLOUD_ERROR = {
    "type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["code", "message"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "details": {"type": "array", "items": {"type": "object"}}},
    }},
}
TAGS = {"type": "object", "nullable": True, "additionalProperties": {"type": "string"}}
TAGS_RESOURCE = {
    "type": "object", "required": ["properties"], "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "type": {"type": "string"},
        "properties": {"type": "object", "properties": {"tags": {"type": "object", "additionalProperties": {"type": "string"}}}},
    },
}
TAGS_PATH = {"get": {
    "operationId": "Tags_GetAtScope", "security": [{"azure_auth": ["user_impersonation"]}],
    "parameters": [{"name": "subscriptionId", "in": "path", "required": True, "schema": {"type": "string"}},
                   {"name": "api-version", "in": "query", "required": True, "schema": {"type": "string"}}],
    "responses": {"200": {"description": "The tags.", "content": {"application/json": {"schema": TAGS_RESOURCE}}}, "default": ERROR},
}}

CHANGES = [
    {
        "document": "resources-subscriptions", "place": [*SCHEMAS, "SubscriptionListResult"], "drop": "required",
        "why": "the last page has no nextLink, though this document and newer ones call it required", "url": f"{LEARN}/rest/api/resources/subscriptions/list",
    },
    {
        "document": "resources-subscriptions", "place": [*SCHEMAS, "CloudError"], "set": CLOUD_ERROR,
        "why": "the document has no errors", "url": f"{SPECS}/common-types/resource-management/v3/types.json",
    },
    {
        "document": "resources-subscriptions", "place": ["paths", "/subscriptions", "get", "responses", "default"], "set": ERROR,
        "why": "newer versions document errors", "url": f"{LEARN}/rest/api/resources/subscriptions/list",
    },
    {
        "document": "resources-subscriptions", "place": ["paths", "/subscriptions/{subscriptionId}", "get", "responses", "default"], "set": ERROR,
        "why": "newer versions document errors", "url": f"{LEARN}/rest/api/resources/subscriptions/get",
    },
    {
        "document": "resources-subscriptions", "place": [*SCHEMAS, "Subscription", "properties"], "more": {"tags": TAGS},
        "why": "newer versions have the tags of subscriptions", "url": f"{LEARN}/rest/api/resources/subscriptions/list",
    },
    {
        "document": "resources-subscriptions", "place": [*SCHEMAS, "SubscriptionListResult", "properties"],
        "more": {"count": {"type": "object", "properties": {"type": {"type": "string"}, "value": {"type": "integer"}}}},
        "why": "lists tell how many there are", "url": f"{LEARN}/rest/api/resources/subscriptions/list",
    },
    {
        "document": "resources", "place": [*SCHEMAS, "CloudError"], "set": CLOUD_ERROR,
        "why": "the document leaves open what is in an error", "url": f"{SPECS}/common-types/resource-management/v3/types.json",
    },
    {
        "document": "resources", "place": [*SCHEMAS, "Resource", "properties", "tags"], "set": TAGS,
        "why": "where a provider has null for no tags, so has the list", "url": "https://github.com/Azure/azure-sdk-for-net/issues/24865",
    },
    {
        "document": "resources", "place": [*SCHEMAS, "ResourceGroup", "properties", "tags"], "set": TAGS,
        "why": "taken to be the same of groups", "url": "https://github.com/Azure/azure-sdk-for-net/issues/26182",
    },
    {
        "document": "resources", "place": [*SCHEMAS, "GenericResource", "properties"],
        "more": {"createdTime": {"type": "string"}, "changedTime": {"type": "string"}, "provisioningState": {"type": "string"},
                 "zones": {"type": "array", "items": {"type": "string"}}},
        "why": "what $expand asks for, and zones", "url": f"{LEARN}/rest/api/resources/resources/list",
    },
    {
        "document": "resources", "place": ["paths", "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/tags/default"], "set": TAGS_PATH,
        "why": "newer versions have the tags of any scope", "url": f"{LEARN}/rest/api/resources/tags/get-at-scope",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "QueryRequest"], "more": {"required": ["query"], "additionalProperties": False},
        "why": "in newer versions a query without subscriptions is about the whole tenant; no other members exist",
        "url": f"{LEARN}/rest/api/azureresourcegraph/resourcegraph/resources/resources",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "QueryRequest", "properties"],
        "more": {"managementGroups": {"type": "array", "items": {"type": "string"}}},
        "why": "newer versions have queries of management groups", "url": f"{LEARN}/rest/api/azureresourcegraph/resourcegraph/resources/resources",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "QueryRequestOptions", "properties"],
        "more": {"allowPartialScopes": {"type": "boolean"}, "authorizationScopeFilter": {
            "type": "string", "enum": ["AtScopeAndBelow", "AtScopeAndAbove", "AtScopeExact", "AtScopeAboveAndBelow"]}},
        "why": "options of newer versions", "url": f"{LEARN}/rest/api/azureresourcegraph/resourcegraph/resources/resources",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "QueryRequestOptions"], "more": {"additionalProperties": False},
        "why": "a misspelt $top would be passed over in silence", "url": f"{LEARN}/rest/api/azureresourcegraph/resourcegraph/resources/resources",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "QueryResponse", "properties", "data"],
        "set": {"oneOf": [{"type": "array", "items": {"type": "object"}}, {"$ref": "#/components/schemas/Table"}]},
        "why": "in newer versions rows come as objects unless a table is asked for",
        "url": f"{LEARN}/azure/governance/resource-graph/concepts/work-with-data",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "Row", "items"], "set": {},
        "why": "cells are texts and numbers too, as the document's own examples show", "url": f"{SPECS}/resourcegraph/resource-manager/Microsoft.ResourceGraph",
    },
    {
        "document": "resourcegraph", "place": [*SCHEMAS, "ErrorDetails", "additionalProperties"], "set": True,
        "why": "details of a query tell line, position and word", "url": "https://github.com/Azure/azure-powershell/issues/13762",
    },
    {
        "document": "managementgroups-management", "place": [*SCHEMAS, "EntityParentGroupInfo", "properties", "id"], "more": {"nullable": True},
        "why": "the root group has no parent", "url": f"{LEARN}/rest/api/managementgroups/entities/list",
    },
    {
        "document": "managementgroups-management", "place": [*SCHEMAS, "ManagementGroupChildType", "enum"],
        "set": ["Microsoft.Management/managementGroups", "/subscriptions"],
        "why": "the first of them was /providers/Microsoft.Management/managementGroups", "url": f"{LEARN}/rest/api/managementgroups/management-groups/get",
    },
    {
        "document": "managementgroups-management", "place": [*SCHEMAS, "ErrorDetails"], "more": {"type": "object", "required": ["code", "message"]},
        "why": "the document leaves open what is in an error", "url": f"{LEARN}/rest/api/managementgroups/entities/list",
    },
]
