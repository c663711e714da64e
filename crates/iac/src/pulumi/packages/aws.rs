//! Packages `aws`, made from the Terraform provider, and `aws-native`.
//!
//! `tagsAll` holds own tags and the provider's `defaultTags` together. One value that is not known yet turns the whole of it into the mark for that.

use super::{Package, types};
use crate::found::Carries;
use crate::pulumi::steps::text;
use tagledger_model::{NativeId, Text};

pub(super) static CLASSIC: Package = Package {
    name: "aws",
    cloud: "aws",
    terraform: "aws",
    known: types::find,
    attributes: &["tags"],
    merged: Some("tagsAll"),
    defaults: Some(("defaultTags", Some("tags"))),
    no_defaults: &["aws:autoscaling/group:Group"],
    bare: &["ec2", "ebs", "lb", "alb", "elb", "autoscaling"],
    named: &[("rds/Instance", "aws_db_instance"), ("rds/SubnetGroup", "aws_db_subnet_group"), ("rds/Snapshot", "aws_db_snapshot")],
    region: "aws:region",
    live_id: |id, outputs| text(outputs.get("arn")).or(Some(id)).filter(|arn| arn.starts_with("arn:")).map(NativeId::exact),
    scope: |id, _, _| id?.canonical.split(':').nth(4).filter(|account| account.len() == 12).map(Text::new),
};

pub(super) static NATIVE: Package = Package {
    name: "aws-native",
    merged: None,
    defaults: Some(("defaultTags", Some("tags"))),
    no_defaults: &[],
    bare: CLASSIC.bare,
    named: &[("rds/DbInstance", "aws_db_instance"), ("rds/DbCluster", "aws_rds_cluster")],
    region: "aws-native:region",
    known: of_cloudformation,
    attributes: CLASSIC.attributes,
    cloud: CLASSIC.cloud,
    terraform: CLASSIC.terraform,
    live_id: CLASSIC.live_id,
    scope: CLASSIC.scope,
};

/// Its types are those of CloudFormation, and so is where they hold tags: `aws-native:s3:Bucket` is `AWS::S3::Bucket`.
fn of_cloudformation(kind: &str) -> Option<Carries> {
    let mut parts = kind.split(':').skip(1);
    crate::cloudformation::tags_of_type(parts.next()?, parts.next()?)
}
