//! The only spelling of two-sidedness.

use serde::{Deserialize, Serialize};

/// A thing before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair<T> {
    /// The state that is left.
    pub from: T,
    /// The state that is reached.
    pub to: T,
}

impl<T> Pair<T> {
    /// A pair of two states.
    pub const fn new(from: T, to: T) -> Self {
        Self { from, to }
    }

    /// Borrows both sides.
    pub const fn as_ref(&self) -> Pair<&T> {
        Pair {
            from: &self.from,
            to: &self.to,
        }
    }

    /// Maps both sides with the same function.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair {
            from: f(self.from),
            to: f(self.to),
        }
    }

    /// Puts two pairs side by side.
    pub fn zip<U>(self, other: Pair<U>) -> Pair<(T, U)> {
        Pair {
            from: (self.from, other.from),
            to: (self.to, other.to),
        }
    }

    /// The same pair, travelled the other way.
    #[must_use]
    pub fn reverse(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
        }
    }
}

impl<T: PartialEq> Pair<T> {
    /// Whether the two sides are different.
    pub fn differs(&self) -> bool {
        self.from != self.to
    }
}
