//! The kinds of resources that estates are made of, with weights, ids and prices.

/// A cloud of the estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
}

impl Cloud {
    /// All three, in the order of their resources.
    pub const ALL: [Self; 3] = [Self::Aws, Self::Azure, Self::Gcp];

    /// Tagledger's short name.
    pub fn id(self) -> &'static str {
        ["aws", "azure", "gcp"][self as usize]
    }

    /// What bills call the provider.
    pub fn provider(self) -> &'static str {
        ["AWS", "Microsoft", "Google Cloud"][self as usize]
    }

    /// Who issues the invoice.
    pub fn issuer(self) -> &'static str {
        ["Amazon Web Services, Inc.", "Microsoft", "Google Cloud"][self as usize]
    }

    /// The currency that the estate is billed in.
    pub fn currency(self) -> &'static str {
        ["USD", "EUR", "USD"][self as usize]
    }

    /// How many decimals its bill carries.
    pub fn decimals(self) -> u32 {
        [11, 12, 9][self as usize]
    }

    /// Regions of the estate.
    pub fn regions(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["eu-central-1", "eu-central-1", "eu-west-1", "us-east-1"],
            Self::Azure => &["westeurope", "westeurope", "northeurope", "germanywestcentral"],
            Self::Gcp => &["europe-west3", "europe-west3", "europe-west1", "us-central1"],
        }
    }

    /// The kinds of this cloud.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Aws => AWS,
            Self::Azure => AZURE,
            Self::Gcp => GCP,
        }
    }
}

/// One kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// As the cloud's inventory spells it.
    pub native: &'static str,
    /// As FOCUS `ResourceType` has it.
    pub billed_as: &'static str,
    /// Part of names.
    pub short: &'static str,
    /// True when taxonomies ask it for a DataClass: storage and databases.
    pub holds_data: bool,
    /// False when the cloud has no tags on it.
    pub taggable: bool,
    /// How common it is.
    pub weight: u32,
    /// What it costs a month, in hundredths; nothing for kinds that never show in the bill.
    pub cents: u32,
    /// FOCUS service name and category.
    pub service: (&'static str, &'static str),
    /// The id with `{scope}`, `{region}`, `{group}`, `{name}`, `{app}` and `{hex}` (16 digits, unique in the estate).
    pub id: &'static str,
}

/// Builds a table line; the order is that of the fields.
macro_rules! kind {
    ($native:literal, $billed:literal, $short:literal, $data:literal, $taggable:literal, $weight:literal, $cents:literal, $service:literal, $category:literal, $id:literal) => {
        Kind {
            native: $native,
            billed_as: $billed,
            short: $short,
            holds_data: $data,
            taggable: $taggable,
            weight: $weight,
            cents: $cents,
            service: ($service, $category),
            id: $id,
        }
    };
}

/// Index 0 must be a kind whose id names the account, for accounts that are exported through the Tagging API only.
const AWS: &[Kind] = &[
    kind!("ec2:instance", "Instance", "vm", false, true, 24, 6912, "Amazon Elastic Compute Cloud", "Compute", "arn:aws:ec2:{region}:{scope}:instance/i-0{hex}"),
    kind!("ec2:volume", "Volume", "vol", false, true, 22, 1190, "Amazon Elastic Compute Cloud", "Storage", "arn:aws:ec2:{region}:{scope}:volume/vol-0{hex}"),
    kind!("s3:bucket", "bucket", "data", true, true, 14, 2340, "Amazon Simple Storage Service", "Storage", "arn:aws:s3:::{name}"),
    kind!("rds:db", "DB Instance", "db", true, true, 7, 18_450, "Amazon Relational Database Service", "Databases", "arn:aws:rds:{region}:{scope}:db:{name}"),
    kind!("lambda:function", "Function", "fn", false, true, 14, 310, "AWS Lambda", "Compute", "arn:aws:lambda:{region}:{scope}:function:{name}"),
    kind!("dynamodb:table", "Table", "table", true, true, 6, 1870, "Amazon DynamoDB", "Databases", "arn:aws:dynamodb:{region}:{scope}:table/{name}"),
    kind!("sqs:queue", "Queue", "queue", false, true, 5, 45, "Amazon Simple Queue Service", "Integration", "arn:aws:sqs:{region}:{scope}:{name}"),
    kind!(
        "elasticloadbalancing:loadbalancer/app",
        "LoadBalancer",
        "alb",
        false,
        true,
        4,
        2260,
        "Elastic Load Balancing",
        "Networking",
        "arn:aws:elasticloadbalancing:{region}:{scope}:loadbalancer/app/{name}/{hex}"
    ),
    kind!(
        "ec2:security-group",
        "SecurityGroup",
        "sg",
        false,
        true,
        4,
        0,
        "Amazon Elastic Compute Cloud",
        "Networking",
        "arn:aws:ec2:{region}:{scope}:security-group/sg-0{hex}"
    ),
];

const AZURE: &[Kind] = &[
    kind!(
        "microsoft.compute/virtualmachines",
        "microsoft.compute/virtualmachines",
        "vm",
        false,
        true,
        24,
        7420,
        "Virtual Machines",
        "Compute",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    ),
    kind!(
        "microsoft.compute/disks",
        "microsoft.compute/disks",
        "disk",
        false,
        true,
        22,
        1580,
        "Managed Disks",
        "Storage",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{name}"
    ),
    kind!(
        "microsoft.storage/storageaccounts",
        "microsoft.storage/storageaccounts",
        "st",
        true,
        true,
        14,
        2110,
        "Storage Accounts",
        "Storage",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/st{hex}"
    ),
    kind!(
        "microsoft.sql/servers/databases",
        "microsoft.sql/servers/databases",
        "sqldb",
        true,
        true,
        8,
        15_230,
        "SQL Database",
        "Databases",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Sql/servers/sql-{app}/databases/{name}"
    ),
    kind!(
        "microsoft.web/sites",
        "microsoft.web/sites",
        "app",
        false,
        true,
        12,
        4380,
        "Azure App Service",
        "Web",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Web/sites/{name}"
    ),
    kind!(
        "microsoft.keyvault/vaults",
        "microsoft.keyvault/vaults",
        "kv",
        false,
        true,
        8,
        130,
        "Key Vault",
        "Security",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}"
    ),
    kind!(
        "microsoft.network/networkinterfaces",
        "microsoft.network/networkinterfaces",
        "nic",
        false,
        true,
        12,
        0,
        "Virtual Network",
        "Networking",
        "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.Network/networkInterfaces/{name}"
    ),
];

const GCP: &[Kind] = &[
    kind!(
        "compute.googleapis.com/Instance",
        "Instance",
        "vm",
        false,
        true,
        24,
        6150,
        "Compute Engine",
        "Compute",
        "//compute.googleapis.com/projects/{scope}/zones/{region}-a/instances/{name}"
    ),
    kind!(
        "compute.googleapis.com/Disk",
        "Disk",
        "disk",
        false,
        true,
        20,
        980,
        "Compute Engine",
        "Storage",
        "//compute.googleapis.com/projects/{scope}/zones/{region}-a/disks/{name}"
    ),
    kind!("storage.googleapis.com/Bucket", "Bucket", "data", true, true, 14, 1720, "Cloud Storage", "Storage", "//storage.googleapis.com/{name}"),
    kind!(
        "sqladmin.googleapis.com/Instance",
        "Instance",
        "sql",
        true,
        true,
        8,
        14_060,
        "Cloud SQL",
        "Databases",
        "//cloudsql.googleapis.com/projects/{scope}/instances/{name}"
    ),
    kind!(
        "pubsub.googleapis.com/Topic",
        "Topic",
        "topic",
        false,
        true,
        10,
        75,
        "Cloud Pub/Sub",
        "Integration",
        "//pubsub.googleapis.com/projects/{scope}/topics/{name}"
    ),
    kind!(
        "run.googleapis.com/Service",
        "Service",
        "run",
        false,
        true,
        12,
        1240,
        "Cloud Run",
        "Compute",
        "//run.googleapis.com/projects/{scope}/locations/{region}/services/{name}"
    ),
    kind!(
        "compute.googleapis.com/Firewall",
        "Firewall",
        "fw",
        false,
        false,
        8,
        0,
        "Compute Engine",
        "Networking",
        "//compute.googleapis.com/projects/{scope}/global/firewalls/{name}"
    ),
    kind!(
        "compute.googleapis.com/Subnetwork",
        "Subnetwork",
        "subnet",
        false,
        false,
        4,
        0,
        "Compute Engine",
        "Networking",
        "//compute.googleapis.com/projects/{scope}/regions/{region}/subnetworks/{name}"
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_what_parts_them() {
        for kind in Cloud::ALL.iter().flat_map(|c| c.kinds()) {
            assert!(kind.id.contains("{name}") || kind.id.contains("{hex}"), "{}", kind.native);
            assert!(kind.weight > 0);
        }
        assert!(AWS[0].id.contains("{scope}"));
    }
}
