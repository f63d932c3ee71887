//! The order in which revisions are applied.

use std::collections::{BTreeMap, BTreeSet};

use super::{GraphError, Node};

/// Puts what is needed before what needs it; where that leaves a choice, the list decides: of all that are ready, the first.
///
/// # Errors
/// When some need themselves.
pub(super) fn order(nodes: Vec<Node>) -> Result<Vec<Node>, GraphError> {
    let places: BTreeMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| (node.id.as_str(), at))
        .collect();
    let mut waits: Vec<usize> = Vec::with_capacity(nodes.len());
    let mut unblocks: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let needs: BTreeSet<usize> = node
            .needs()
            .filter_map(|id| places.get(id).copied())
            .collect();
        waits.push(needs.len());
        for need in needs {
            unblocks[need].push(at);
        }
    }
    let mut ready: BTreeSet<usize> = (0..nodes.len()).filter(|at| waits[*at] == 0).collect();
    let mut sequence = Vec::with_capacity(nodes.len());
    while let Some(at) = ready.pop_first() {
        sequence.push(at);
        for next in &unblocks[at] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.insert(*next);
            }
        }
    }
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let ordered: Vec<Node> = sequence
        .into_iter()
        .filter_map(|at| nodes[at].take())
        .collect();
    let waiting: Vec<Node> = nodes.into_iter().flatten().collect();
    if waiting.is_empty() {
        Ok(ordered)
    } else {
        Err(GraphError::Cycle(cycle(&waiting)))
    }
}

/// One circle among revisions none of which is ready: following any that waits ends in one.
fn cycle(waiting: &[Node]) -> Vec<String> {
    let by_id: BTreeMap<&str, &Node> = waiting
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let mut path: Vec<&str> = Vec::new();
    let mut next = waiting.first();
    while let Some(node) = next {
        if let Some(start) = path.iter().position(|id| *id == node.id) {
            path.push(&node.id);
            return path
                .split_off(start)
                .into_iter()
                .map(str::to_owned)
                .collect();
        }
        path.push(&node.id);
        next = node.needs().find_map(|id| by_id.get(id).copied());
    }
    Vec::new()
}
