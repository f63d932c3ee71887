//! The simplest numbers that still fail.

use std::time::{Duration, Instant};

use super::judge::Bench;

/// After so long the numbers are simple enough.
const PATIENCE: Duration = Duration::from_secs(40);

/// Zeroes runs of numbers, long ones first, as long as the pair goes on failing; then makes single ones smaller.
pub(super) async fn shrink(
    bench: &Bench,
    mut numbers: Vec<u32>,
    mut message: String,
) -> (Vec<u32>, String) {
    let started = Instant::now();
    let (_, _, used) = bench.pair(&numbers);
    numbers.truncate(used);
    let mut size = numbers.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < numbers.len() && started.elapsed() < PATIENCE {
            let end = (at + size).min(numbers.len());
            let mut candidate = numbers.clone();
            candidate[at..end].fill(0);
            if candidate != numbers
                && let Some(found) = fails(bench, &candidate, &message).await
            {
                (numbers, message) = (candidate, found);
            }
            at = end;
        }
        size /= 2;
    }
    for at in 0..numbers.len() {
        // A choice that is not made moves every later one to its place.
        let mut candidate = numbers.clone();
        candidate.remove(at);
        candidate.push(0);
        if numbers[at..].iter().any(|number| *number != 0)
            && started.elapsed() < PATIENCE
            && let Some(found) = fails(bench, &candidate, &message).await
        {
            (numbers, message) = (candidate, found);
        }
    }
    let used = numbers.iter().rposition(|number| *number != 0);
    numbers.truncate(used.map_or(0, |at| at + 1));
    (numbers, message)
}

/// How these numbers fail, if they do so in the same way: another fault is found by a seed of its own.
async fn fails(bench: &Bench, numbers: &[u32], known: &str) -> Option<String> {
    let found = bench.judge(numbers).await.err()?;
    (kind(&found) == kind(known)).then_some(found)
}

/// The words before the first colon say where it went wrong.
fn kind(message: &str) -> &str {
    message.split(':').next().unwrap_or_default()
}
