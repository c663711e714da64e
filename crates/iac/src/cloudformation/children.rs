//! What resources of a template make beside themselves: volumes of instances, instances of auto scaling groups, tasks of services. A template
//! has no place for tags of these, only a word that hands on those of the resource; the tags of a stack are not handed on either:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html>.

use crate::template::Node;
use crate::{Lacks, Unseen};
use tagledger_model::{RawResource, Text};

/// What a resource makes that lacks tags.
pub(super) fn unseen(kind: &str, properties: Option<&Node>, resource: &RawResource) -> Option<Unseen> {
    let planned = resource.origin.planned()?;
    let property = |name: &str| properties.and_then(|all| all.get(name));
    let (maker, what, remedy, lacks) = match kind {
        "AWS::EC2::Instance" => {
            // The tags of a launch template may be on its volumes; a function or parameter may say either.
            let is_off = property("PropagateTagsToVolumeOnCreation").is_none_or(is_false);
            let lacks = (is_off && property("LaunchTemplate").is_none()).then(|| Lacks::AllBut(Vec::new()));
            ("instance", "volumes", "`PropagateTagsToVolumeOnCreation: true`", lacks?)
        }
        "AWS::ECS::Service" => {
            let is_off = property("PropagateTags").is_none_or(|word| word.text() == Some("NONE"));
            ("service", "tasks", "`PropagateTags: SERVICE`", is_off.then(|| Lacks::AllBut(Vec::new()))?)
        }
        "AWS::AutoScaling::AutoScalingGroup" => {
            let stays = |tag: &&Node| tag.get("PropagateAtLaunch").is_some_and(is_false);
            let kept: Vec<Text> = property("Tags")?.items().iter().filter(stays).filter_map(|tag| tag.get("Key")?.text().map(Text::new)).collect();
            let lacks = (!kept.is_empty()).then_some(Lacks::These(kept));
            ("auto scaling group", "instances", "`PropagateAtLaunch: true`, unless their launch template has it", lacks?)
        }
        _ => return None,
    };
    Some(Unseen { cloud: resource.cloud.clone(), file: planned.file.clone(), maker_address: planned.address.clone(), maker, what, remedy, lacks })
}

fn is_false(node: &Node) -> bool {
    node.text().is_some_and(|word| word.eq_ignore_ascii_case("false"))
}
