//! The beginning of a file for each reader, for tests that hold the readers of all clouds against one another.

/// Reader id and a small export of that kind. All names in them are made up.
#[doc(hidden)]
pub const SAMPLES: &[(&str, &str)] = &[
    (
        "aws.resourcegroupstaggingapi.get-resources",
        r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "Tags": [{"Key": "Environment", "Value": "prod"}]}]}"#,
    ),
    (
        "aws.resourcegroupstaggingapi.get-resources",
        r#"{"PaginationToken": "", "ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::shop", "Tags": [], "ComplianceDetails": {"ComplianceStatus": true}}]}"#,
    ),
    ("aws.resourcegroupstaggingapi.get-resources", "{\"ResourceARN\":\"arn:aws:sqs:eu-west-1:111122223333:jobs\",\"Tags\":[]}\n"),
    ("aws.resourcegroupstaggingapi.get-resources", r#"[{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::shop", "Tags": []}]}]"#),
    (
        "aws.resource-explorer-2.list-resources",
        r#"{"Resources": [{"Arn": "arn:aws:s3:::shop", "OwningAccountId": "111122223333", "Region": "eu-west-1", "ResourceType": "s3:bucket", "Service": "s3",
            "LastReportedAt": "2026-08-01T00:00:00Z", "Properties": [{"Name": "tags", "LastReportedAt": "2026-08-01T00:00:00Z", "Data": [{"Key": "Owner", "Value": "linda"}]}]}],
            "ViewArn": "arn:aws:resource-explorer-2:eu-west-1:111122223333:view/all/1"}"#,
    ),
    (
        "aws.resource-explorer-2.list-resources",
        r#"{"Count": {"Complete": true, "TotalResources": 1}, "Resources": [{"Arn": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "OwningAccountId": "111122223333",
            "Region": "eu-west-1", "ResourceType": "ec2:volume", "Service": "ec2", "LastReportedAt": "2026-08-01T00:00:00Z", "Properties": []}]}"#,
    ),
    (
        "aws.organizations.list-accounts",
        r#"{"Accounts": [{"Id": "111122223333", "Arn": "arn:aws:organizations::999900001111:account/o-abcdefghij/111122223333", "Email": "prod@example.com",
            "Name": "prod", "Status": "ACTIVE", "State": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": 1700000000.5}]}"#,
    ),
];
