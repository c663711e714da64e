//! What resources of the provider `aws` make beside themselves: volumes of instances, what a launch template starts, instances of auto scaling
//! groups, tasks of services.
//!
//! Default tags reach the volumes of an instance since version 5.39, whatever is written about them; a block then has `tags_all`:
//! <https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md>. They never reach the `tag_specifications` of a template.

use super::super::children::{Beside, Child, Joins, Made, Says};
use super::super::said::Side;
use serde_json::Value;
use tagledger_model::Text;

static VOLUME: Made = Made {
    kind: "aws_ebs_volume",
    what: "volumes",
    maker: "instance",
    remedy: "`volume_tags`, or `tags` in the block of each volume",
    beside: Beside::Nothing,
};
static LAUNCHED_VOLUME: Made = Made {
    kind: "aws_ebs_volume",
    what: "volumes",
    maker: "launch template",
    remedy: "`tag_specifications` with `resource_type = \"volume\"`",
    beside: Beside::Nothing,
};
// A group or fleet hands on its own tags to what it launches.
static LAUNCHED_INSTANCE: Made = Made {
    kind: "aws_instance",
    what: "instances",
    maker: "launch template",
    remedy: "`tag_specifications` with `resource_type = \"instance\"`, unless what launches from it hands on its own tags",
    beside: Beside::Anything,
};
static GROUPED_INSTANCE: Made = Made {
    kind: "aws_instance",
    what: "instances",
    maker: "auto scaling group",
    remedy: "`propagate_at_launch = true`, unless their launch template has it",
    beside: Beside::Anything,
};
static TASK: Made = Made { kind: "", what: "tasks", maker: "service", remedy: "`propagate_tags = \"SERVICE\"`", beside: Beside::Nothing };

/// The children of a resource.
pub(super) fn children(kind: &str, side: &Side<'_>) -> Vec<Child> {
    match kind {
        "aws_instance" | "aws_spot_instance_request" => volumes(side),
        "aws_launch_template" if side.has("tag_specifications") => launched(side),
        "aws_autoscaling_group" => group(side),
        "aws_ecs_service" if side.has("propagate_tags") => tasks(side),
        _ => Vec::new(),
    }
}

/// `volume_tags` are those of all volumes; otherwise each block has its own.
fn volumes(side: &Side<'_>) -> Vec<Child> {
    let blocks = |name: &'static str, attribute: &'static str| {
        let all = side.blocks(name);
        let is_alone = all.len() == 1;
        let child = move |(at, block): (usize, Side<'_>)| {
            let device = block.values.get("device_name").and_then(Value::as_str).filter(|_| !is_alone);
            let key = device.map_or_else(|| at.to_string(), |device| format!("{device:?}"));
            Child::of(format!("{name}[{key}]"), &VOLUME, attribute, Some("tags_all"), &block).map(|child| Child { is_alone, ..child })
        };
        all.into_iter().enumerate().filter_map(child).collect::<Vec<_>>()
    };
    let root = blocks("root_block_device", "root_block_device.tags");
    let further = blocks("ebs_block_device", "ebs_block_device.tags");
    let joins = root.iter().chain(&further).next().map_or(Joins::Perhaps, |block| block.joins);
    // Without a block for it the root volume is there all the same; the tags of a launch template may be on it.
    let is_launched = !side.blocks("launch_template").is_empty();
    let all = Child::of("volume_tags".to_owned(), &VOLUME, "volume_tags", None, side);
    let all = all.map(|child| Child { joins, is_quiet: !root.is_empty(), ..child });
    let each = root.into_iter().chain(further);
    all.into_iter().chain(each).map(|child| Child { is_quiet: child.is_quiet || is_launched, ..child }).collect()
}

/// Volumes and instances by their `tag_specifications`; what else can be tagged there is not billed.
fn launched(side: &Side<'_>) -> Vec<Child> {
    const ATTRIBUTE: &str = "tag_specifications.tags";
    let blocks = side.blocks("tag_specifications");
    let is_alone = blocks.len() == 1;
    let type_of = |block: &Side<'_>| block.values.get("resource_type").and_then(Value::as_str).map(str::to_owned);
    let is_open = blocks.iter().any(|block| type_of(block).is_none()) || side.is_unknown("tag_specifications");
    let mut children = Vec::new();
    for (name, made) in [("instance", &LAUNCHED_INSTANCE), ("volume", &LAUNCHED_VOLUME)] {
        let mut of_type = blocks.iter().enumerate().filter(|(_, block)| type_of(block).as_deref() == Some(name)).peekable();
        if of_type.peek().is_none() && !is_open {
            children.push(Child::without(format!("tag_specifications[{name:?}]"), made, ATTRIBUTE, Says::Nothing));
        }
        let child = |(at, block)| Some(Child { is_alone, ..Child::of(format!("tag_specifications[{at}]"), made, ATTRIBUTE, None, block)? });
        children.extend(of_type.filter_map(child));
    }
    children
}

/// Tags that stay on the group. Older versions have them in a list of maps, where truth is a word.
fn group(side: &Side<'_>) -> Vec<Child> {
    let blocks = ["tag", "tags"].into_iter().filter_map(|name| side.values.get(name)?.as_array()).flatten();
    let stays =
        |block: &&Value| block.get("propagate_at_launch").is_some_and(|word| *word == Value::Bool(false) || matches!(word.as_str(), Some("false" | "0")));
    let kept: Vec<Text> = blocks.filter(stays).filter_map(|block| block.get("key")?.as_str().map(Text::new)).collect();
    if kept.is_empty() { Vec::new() } else { vec![Child::without("tag".to_owned(), &GROUPED_INSTANCE, "tag", Says::Keeps(kept))] }
}

fn tasks(side: &Side<'_>) -> Vec<Child> {
    let is_none = match side.values.get("propagate_tags") {
        None | Some(Value::Null) => !side.is_unknown("propagate_tags"),
        Some(word) => matches!(word.as_str(), Some("" | "NONE")),
    };
    if is_none { vec![Child::without("propagate_tags".to_owned(), &TASK, "propagate_tags", Says::Nothing)] } else { Vec::new() }
}
