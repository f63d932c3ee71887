//! Graphs of every shape, walked in both directions: forks, diamonds, several bases, merges, dependencies across lines.

use std::collections::BTreeSet;

use super::tests::graph;
use super::{Graph, Node};

fn walked(nodes: &str, applied: &str, target: &str, is_up: bool) -> String {
    let graph = graph(nodes).unwrap();
    let applied: BTreeSet<&str> = if applied == "all" {
        graph.nodes().iter().map(|node| node.id.as_str()).collect()
    } else {
        applied.split_whitespace().collect()
    };
    let path = if is_up {
        graph.upgrade_path(target, &applied)
    } else {
        graph.downgrade_path(target, &applied)
    };
    match path {
        Ok(path) => path.join(" "),
        Err(error) => error.to_string(),
    }
}

fn up(nodes: &str, applied: &str, target: &str) -> String {
    walked(nodes, applied, target, true)
}

fn down(nodes: &str, applied: &str, target: &str) -> String {
    walked(nodes, applied, target, false)
}

#[test]
fn a_line_is_walked_from_a_name() {
    let line = "a b<a c<b d<c e<d";
    assert_eq!(up(line, "a", "b+2"), "b c d");
    assert_eq!(up(line, "a", "d-2"), "b");
    assert_eq!(down(line, "all", "c"), "e d");
    assert_eq!(down(line, "a b c d", "a+2"), "d");
    assert_eq!(down(line, "a b c d", "c-2"), "d c b");
    assert_eq!(down(line, "all", "e"), "");
    assert_eq!(down(line, "all", "head"), "");
}

const FORK: &str = "a b<a c1<b@one d1<c1 c2<b@two d2<c2";

#[test]
fn a_fork() {
    assert_eq!(up(FORK, "a", "heads"), "b c1 d1 c2 d2");
    assert_eq!(down(FORK, "all", "a"), "d2 c2 d1 c1 b");
    assert_eq!(down(FORK, "all", "base+2"), "d2 c2 d1 c1");
    assert_eq!(down(FORK, "all", "two@base+2"), "d2 c2");
    assert_eq!(down(FORK, "all", "two@base+3"), "d2");
    assert_eq!(down(FORK, "all", "two@c2"), "d2");
    assert_eq!(down(FORK, "all", "one@-1"), "d1");
    assert_eq!(down(FORK, "a b c1 c2 d2", "d2-1"), "d2");
    // What follows is not applied, or is on the other line.
    assert_eq!(down(FORK, "a b c1 d1 c2", "c2"), "");
    assert_eq!(down(FORK, "a b c1 d1 c2", "d1"), "");
    // Back to where the lines part, along one of them.
    assert_eq!(down(FORK, "all", "two@b"), "d2 c2");
    assert_eq!(down(FORK, "all", "b"), "d2 c2 d1 c1");
}

#[test]
fn a_diamond_and_what_joins_lines() {
    let diamond = "a b1<a b2<a c<b1,b2 d<c";
    assert_eq!(up(diamond, "", "head"), "a b1 b2 c d");
    assert_eq!(down(diamond, "all", "a"), "d c b2 b1");
    let long_and_short = "a b1<a c1<b1 d11<c1 d12<c1 b2<a";
    assert_eq!(down(long_and_short, "all", "base"), "b2 d12 d11 c1 b1 a");
    let joined = "a b<a c1<b@one d1<c1 c2<b d2<c2 e<d1,d2 f<e";
    assert_eq!(up(joined, "a b", "f"), "c1 d1 c2 d2 e f");
    assert_eq!(down(joined, "all", "b"), "f e d2 c2 d1 c1");
    // A branch goes on behind the revision that joins it.
    assert_eq!(up(joined, "all", "one@head"), "");
    assert_eq!(up(joined, "a b", "one@head"), "c1 d1 c2 d2 e f");
}

#[test]
fn lines_that_are_joined_beside_others() {
    let nodes = "a1 b1<a1 c1<b1 a2 b2<a2 c2<b2 d1<c1,c2 d2<c2 a3 b3<a3";
    assert_eq!(up(nodes, "a1 b1 a2 b2 c2 d2", "d1"), "c1 d1");
    assert_eq!(down(nodes, "all", "b1"), "d1 c1");
    assert_eq!(up(nodes, "a1 b1 a2 b2 a3 b3", "d1"), "c1 c2 d1");
    let nested = "a b1<a c1<b1 d1<c1 e11<d1 f1<e11 e12<d1 b2<a c2<b2 d2<c2 e2<d2 m<e12,e2";
    assert_eq!(down(nested, "all", "c1"), "m e12 f1 e11 d1");
    assert_eq!(down(nested, "all", "e2"), "m");
    assert_eq!(up(nested, "a", "m"), "b1 c1 d1 e12 b2 c2 d2 e2 m");
}

const BASES: &str = "base1 a1<base1 b1<a1 a1b<base1 b1b<a1b base2 a2<base2 b2<a2 c2<b2 d2<c2 \
    base3 a3<base3 b3<a3 m<b3,d2";

#[test]
fn several_bases() {
    assert_eq!(up(BASES, "", "m"), "base2 a2 b2 c2 d2 base3 a3 b3 m");
    assert_eq!(down(BASES, "all", "c2"), "m d2");
    assert_eq!(down(BASES, "all", "base1"), "b1b a1b b1 a1");
    insta::assert_snapshot!(down(BASES, "base1 a1", "b1b"), @"`b1b` lies in the other direction");
    insta::assert_snapshot!(up(BASES, "", "base+1"), @"`base+1` could be any of `base1`, `base2`, `base3`");
}

#[test]
fn dependencies_across_lines() {
    let nodes = "a1@lib b1<a1 c1<b1@core d1<c1 a2 b2<a2 c2<b2!core";
    assert_eq!(up(nodes, "a2", "c2"), "a1 b1 c1 b2 c2");
    assert_eq!(down(nodes, "all", "lib@-1"), "d1");
    assert_eq!(down(nodes, "all", "b1"), "c2 d1 c1");
    let chain =
        "base1 b1<base1@first base2!first a2<base2 b2<a2 base3 a3<base3@third b3<a3 c3<b3!b2 d3<c3";
    assert_eq!(
        up(chain, "", "third@head"),
        "base1 b1 base2 a2 b2 base3 a3 b3 c3 d3"
    );
    assert_eq!(
        down(chain, "all", "first@base"),
        "d3 c3 b2 a2 base2 b1 base1"
    );
    let crossed = "a b<a c1<b@one d1<c1 c2<b@two d2<c2!c1";
    assert_eq!(down(crossed, "all", "two@b"), "d2 c2");
    // What depends on the line goes with it, and before it.
    assert_eq!(down(crossed, "all", "one@b"), "d2 d1 c1");
    let of_a_base = "base1 a1<base1 b1<a1 c2!a1 c3<c2";
    assert_eq!(up(of_a_base, "", "heads"), "base1 a1 b1 c2 c3");
    assert_eq!(down(of_a_base, "all", "base"), "c3 c2 b1 a1 base1");
}

#[test]
fn what_depends_on_what_it_follows() {
    let nodes = "a1 a2<a1!a1";
    assert_eq!(up(nodes, "", "head"), "a1 a2");
    assert_eq!(down(nodes, "all", "base"), "a2 a1");
    let joined = "a1 b1!a1 m<a1,b1";
    assert_eq!(down(joined, "all", "a1"), "m");
    assert_eq!(down(joined, "all", "b1"), "m");
}

#[test]
fn the_beginning_of_an_id_is_looked_for_on_its_branch() {
    let nodes =
        "a@left b<a somelongername<b c<somelongername d e<d@right someothername<e f<someothername";
    let found = |text: &str| match graph(nodes).unwrap().resolve(text, &BTreeSet::new()) {
        Ok(point) => point.id().unwrap_or_else(|| "base".into()),
        Err(error) => error.to_string(),
    };
    assert_eq!(found("right@some"), "someothername");
    assert_eq!(found("left@some"), "somelongername");
    assert_eq!(found("e"), "e");
    insta::assert_snapshot!(found("some"), @"several revisions begin with `some`: `somelongername`, `someothername`");
    insta::assert_snapshot!(found("right@b"), @"`b` is not on the branch `right`");
    insta::assert_snapshot!(found("left@qrst"), @"no revision is named `qrst` or begins so");
    let prefixed = graph("user user_foo<user user_foo_bar<user_foo").unwrap();
    assert_eq!(prefixed.by_name("user"), Ok("user".into()));
    assert_eq!(prefixed.heads(), ["user_foo_bar"]);
}

#[test]
fn circles_are_told_with_their_members_only() {
    let told = [
        "r b<r,d c<b d<c e<d",
        "a b<a,b",
        "a!c b!a c!b z<a",
        "a<c b<a c!b",
    ]
    .map(|nodes| {
        let told = graph(nodes).map(|_| "no circle".to_owned());
        told.unwrap_or_else(|error| error.to_string())
    });
    insta::assert_snapshot!(told.join("\n"), @r"
    revisions follow one another in a circle: `b` → `d` → `c` → `b`
    revisions follow one another in a circle: `b` → `b`
    revisions follow one another in a circle: `a` → `c` → `b` → `a`
    revisions follow one another in a circle: `a` → `c` → `b` → `a`
    ");
}

/// Numbers that look random, and are the same each time.
fn next(state: &mut usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn a_large_graph_is_walked_once_and_in_order() {
    let mut state = 7;
    let nodes: Vec<Node> = (0..140)
        .map(|at| {
            let several = usize::from(at % 7 == 3) + usize::from(at % 31 != 0);
            let mut some = |count: usize| -> Vec<String> {
                let picked: BTreeSet<usize> = (0..count.min(at))
                    .map(|_| at - 1 - next(&mut state) % at.min(9))
                    .collect();
                picked.into_iter().map(|at| format!("r{at:03}")).collect()
            };
            Node {
                id: format!("r{at:03}"),
                parents: some(several),
                depends_on: some(usize::from(at % 11 == 5)),
                ..Node::default()
            }
        })
        .collect();
    let shuffled = nodes.iter().rev().cloned().collect();
    for graph in [Graph::new(nodes).unwrap(), Graph::new(shuffled).unwrap()] {
        let none = BTreeSet::new();
        let path = graph.upgrade_path("heads", &none).unwrap();
        assert_eq!(path.len(), 140);
        let mut before: BTreeSet<&str> = BTreeSet::new();
        for id in &path {
            assert!(
                graph
                    .node(id)
                    .unwrap()
                    .needs()
                    .all(|need| before.contains(need)),
                "{id}"
            );
            assert!(before.insert(id));
        }
        let mut back = graph.downgrade_path("base", &before).unwrap();
        back.reverse();
        assert_eq!(back, path);
    }
}
