//! Small deterministic random numbers: every resource and every row has its own stream, derived from seed and position.

/// One round of splitmix64: a bijection on 64 bits, so that distinct positions give distinct ids.
pub fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of random numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of one item: `domain` parts what must not depend on one another, such as tags and cost.
    pub fn of(seed: u64, domain: u64, item: u64) -> Self {
        Self(mix(mix(seed ^ mix(domain)) ^ mix(item)))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Uniform in `0..limit`; 0 for a limit of 0. The bias of the multiplication is below 2^-32 for the limits used here.
    pub fn below(&mut self, limit: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(limit)) >> 64).unwrap_or(0)
    }

    /// The same as an index.
    pub fn index(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).unwrap_or(0)
    }

    /// True in so many of a thousand cases.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of the items; there must be one.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |item| (0..4).map(|_| 0).scan(Rng::of(7, 1, item), |r, _: i32| Some(r.bits())).collect::<Vec<_>>();
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        let mut rng = Rng::of(7, 2, 0);
        assert!((0..10_000).all(|_| rng.below(10) < 10));
        let hits = (0..10_000).filter(|_| rng.chance(100)).count();
        assert!((800..1200).contains(&hits), "{hits}");
    }
}
