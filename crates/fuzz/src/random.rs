//! Random numbers that repeat.

/// A stream of random numbers (splitmix64), the same for the same seed.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An index below a limit; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from((u128::from(self.bits()) * limit as u128) >> 64).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them; there must be one.
    pub fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// A part of something so long: beginning and end, neither empty nor long as a rule.
    pub fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length);
        let most = if self.chance(80) { 16 } else { length };
        from..(from + 1 + self.below(most)).min(length)
    }
}
