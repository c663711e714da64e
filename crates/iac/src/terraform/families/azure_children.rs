//! What resources of the provider `azurerm` make beside themselves: the first node pool of a cluster. The cluster's tags do not reach its
//! machines, those of the pool do: <https://learn.microsoft.com/azure/aks/use-tags>.

use super::super::children::{Beside, Child, Made};
use super::super::said::Side;

static NODE_POOL: Made = Made {
    kind: "azurerm_kubernetes_cluster_node_pool",
    what: "node pools",
    maker: "cluster",
    remedy: "`tags` in `default_node_pool`",
    beside: Beside::Nothing,
};

/// The children of a resource.
pub(super) fn children(kind: &str, side: &Side<'_>) -> Vec<Child> {
    let blocks = if kind == "azurerm_kubernetes_cluster" { side.blocks("default_node_pool") } else { Vec::new() };
    let child = |(at, block)| Child::of(format!("default_node_pool[{at}]"), &NODE_POOL, "default_node_pool.tags", None, &block);
    blocks.into_iter().enumerate().filter_map(child).collect()
}
