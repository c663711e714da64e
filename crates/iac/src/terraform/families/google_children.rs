//! What resources of the providers `google` and `google-beta` make beside themselves: node pools that are written within their cluster. The
//! cluster's labels are on its nodes as well, those of the pool over them:
//! <https://cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels>.

use super::super::children::{Beside, Child, Made};
use super::super::said::Side;
use serde_json::Value;

static NODE_POOL: Made =
    Made { kind: "google_container_node_pool", what: "node pools", maker: "cluster", remedy: "`resource_labels` in `node_config`", beside: Beside::Maker };

/// The children of a resource.
pub(super) fn children(kind: &str, side: &Side<'_>) -> Vec<Child> {
    if kind != "google_container_cluster" {
        return Vec::new();
    }
    let pools = side.blocks("node_pool");
    let count = pools.len();
    let mut children = Vec::new();
    for (at, pool) in pools.iter().enumerate() {
        let child = |block| Child::of(format!("node_pool[{at}]"), &NODE_POOL, "node_pool.node_config.resource_labels", None, &block);
        children.extend(pool.blocks("node_config").into_iter().filter_map(child).map(|child| Child { is_alone: count == 1, ..child }));
    }
    // The first pool is often thrown away as soon as the cluster is there.
    if side.values.get("remove_default_node_pool") != Some(&Value::Bool(true)) {
        let child = |block| Child::of("node_config[0]".to_owned(), &NODE_POOL, "node_config.resource_labels", None, &block);
        children.extend(side.blocks("node_config").into_iter().filter_map(child));
    }
    // What they have without labels of their own is what the cluster has.
    children.into_iter().map(|child| Child { is_quiet: true, ..child }).collect()
}
