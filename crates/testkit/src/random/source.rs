//! Choices out of numbers.

/// Numbers to build from; when they run out, every choice is the first.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    numbers: &'a [u32],
    at: usize,
}

impl<'a> Source<'a> {
    /// A source of these numbers.
    pub const fn new(numbers: &'a [u32]) -> Self {
        Self { numbers, at: 0 }
    }

    /// How many numbers were asked for.
    pub const fn used(&self) -> usize {
        self.at
    }

    /// A number below `end`, which is at least 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::try_from(number).unwrap_or(0) % end.max(1)
    }

    /// As [`Self::below`], for what counts in 32 bits.
    pub(super) fn digits(&mut self, end: u32) -> u32 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number % end.max(1)
    }

    /// Yes once in so many times.
    pub(super) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == of - 1
    }

    /// One of a list; `None` where it is empty.
    pub(super) fn pick<'b, T>(&mut self, of: &'b [T]) -> Option<&'b T> {
        let at = self.below(of.len());
        of.get(at)
    }

    /// Up to `most` of a list, at least one, each once and in any order; none of an empty list.
    pub(super) fn some<T: Clone>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let mut left = of.to_vec();
        let mut out = Vec::new();
        for _ in 0..=self.below(most) {
            if !left.is_empty() {
                out.push(left.remove(self.below(left.len())));
            }
        }
        out
    }
}
