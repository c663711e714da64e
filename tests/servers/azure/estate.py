"""A big estate that nobody wants to write down: `{"subscriptions": 400, "resources": 500}` makes 500 resources in each of 400 subscriptions.

Everything follows from the numbers alone, so that two runs are asked about the same resources.
"""

TYPES = [
    ("Microsoft.Compute/virtualMachines", "vm", None, {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}, "provisioningState": "Succeeded"}),
    ("Microsoft.Compute/disks", "disk", {"name": "Premium_LRS", "tier": "Premium"}, {"diskSizeGB": 128, "diskState": "Attached"}),
    ("Microsoft.Network/networkInterfaces", "nic", None, {"enableAcceleratedNetworking": True}),
    ("Microsoft.Storage/storageAccounts", "st", {"name": "Standard_LRS", "tier": "Standard"}, {"accessTier": "Hot"}),
    ("Microsoft.Web/serverFarms", "plan", {"name": "P1v3", "tier": "PremiumV3"}, {"numberOfSites": 3}),
    ("Microsoft.Web/sites", "app", None, {"state": "Running"}),
    ("Microsoft.KeyVault/vaults", "kv", None, {"enableSoftDelete": True}),
    ("Microsoft.Sql/servers", "sql", None, {"version": "12.0"}),
    ("Microsoft.Sql/servers/databases", "sql{0}/db", {"name": "GP_Gen5", "tier": "GeneralPurpose"}, {"status": "Online"}),
    ("Microsoft.Insights/components", "ai", None, {"Application_Type": "web"}),
    ("Microsoft.Network/publicIPAddresses", "pip", {"name": "Standard", "tier": "Regional"}, {"publicIPAllocationMethod": "Static"}),
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "id", None, {}),
]
LOCATIONS = ("westeurope", "northeurope", "eastus", "germanywestcentral")
# How a dozen teams write the same two tags.
TAGS = [
    {"Environment": "prod", "Application": "billing"}, {"Environment": "Production", "Application": "billing"},
    {"environment": "prod", "application": "Billing"}, {"Environment": "dev", "Application": "portal"}, {"env": "dev", "app": "portal"},
    {"ENVIRONMENT": "DEV", "Application": "Portal"}, {"Environment": "test", "Application": "search", "CostCenter": "4711"},
    {"Environment": "staging", "Application": "search", "Owner": "team-search@example.com"},
    {"Environment": "prd", "Application": "shop", "CostCenter": "0815"}, {"Environment": "prod ", "Application": "shop"}, {"Application": "crm"},
    {"Environment": "prod", "Application": "crm", "hidden-link:/app": "Resource"},
]


def made(count, identifier):
    wanted, each = count.get("subscriptions", 1), count.get("resources", 0)
    management = [{"id": f"mg-{letter}", "name": f"Unit {letter.upper()}", "parent": None} for letter in "abcd"]
    subscriptions, groups, resources = [], [], []
    for number in range(wanted):
        name = f"sub-{number:04}"
        subscriptions.append({"id": identifier(name), "name": name, "above": f"mg-{'abcd'[number % 4]}", "tags": {"BusinessUnit": f"bu-{number % 7}"}})
        for one in range(max(1, each // 50)):
            groups.append({"subscription": name, "name": f"rg-Team{one:02}", "location": LOCATIONS[one % 4], "tags": TAGS[(number + one) % 12]})
        for index in range(each):
            resources.append(resource(name, number, index, max(1, each // 50)))
    return {"management_groups": management, "subscriptions": subscriptions, "groups": groups, "resources": resources}


def resource(subscription, number, index, groups):
    kind, short, sku, properties = TYPES[index % len(TYPES)]
    serial = number * 100_000 + index
    found = {
        "subscription": subscription, "type": kind, "name": f"{short.format(serial - 1)}{serial}", "location": LOCATIONS[(number + index) % 4],
        # Some providers write the group in capitals, and Resource Manager passes that on.
        "group": f"rg-Team{index % groups:02}" if index % 5 else f"RG-TEAM{index % groups:02}", "properties": properties,
    }
    if sku:
        found["sku"] = sku
    if index % 10 != 3:
        found["tags"] = TAGS[(index * 7 + number) % 12]
    elif index % 20 == 3:
        found["tags"] = {}
    return found
