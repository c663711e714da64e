//! Names of containers, put together from words of which the generator knows what they say.

use super::words::{ENVIRONMENTS, capital};
use crate::random::Rng;

/// A name, and the Environments that its words say, each once.
#[derive(Debug, Clone)]
pub struct Name {
    /// As it is written.
    pub text: String,
    /// What it says.
    pub says: Vec<usize>,
    /// Its last word, which no other name has.
    pub serial: String,
}

/// How words are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `shop-prod-n007`, as ids are written.
    Id,
    /// In any way that people write.
    Free,
}

/// Words that say nothing, some of which look as if they did.
const PLAIN: [&str; 12] = ["shop", "crm", "billing", "core", "weu", "products", "tester", "democracy", "developers", "latest", "stage1", "prod2"];

/// Words after which an Environment is what a name does not say. `pre` is not used before `prod`, with which it is staging.
const DENIALS: [(&str, &str); 5] = [("non", "prod"), ("not", "demo"), ("no", "test"), ("pre", "dev"), ("non", "production")];

impl Name {
    /// A name that says these Environments, in this order.
    pub fn saying(rng: &mut Rng, serial: usize, shape: Shape, environments: &[usize]) -> Self {
        let joint = if shape == Shape::Id { "-" } else { *rng.pick(&["-", "_", ".", " ", "/", ""]) };
        // Where a capital letter alone parts two words, one that ends in a digit would swallow the next.
        let plain: &[&str] = if joint.is_empty() { &PLAIN[..PLAIN.len() - 2] } else { &PLAIN };
        let mut words: Vec<&str> = vec![*rng.pick(plain)];
        if rng.chance(200) {
            let (denial, denied) = *rng.pick(&DENIALS);
            words.extend([denial, denied]);
        }
        for environment in environments {
            let (name, others) = ENVIRONMENTS[*environment];
            let spelling = rng.index(others.len() + 1).checked_sub(1).map_or(name, |at| others[at]);
            words.extend(spelling.split('-'));
            if rng.chance(400) {
                words.push(*rng.pick(plain));
            }
        }
        let serial = format!("n{serial:03}");
        words.push(&serial);
        let text = match joint {
            "" => words.iter().map(|word| capital(word)).collect::<String>(),
            _ if shape == Shape::Free && rng.chance(300) => words.join(joint).to_uppercase(),
            _ => words.join(joint),
        };
        let mut says = environments.to_vec();
        says.sort_unstable();
        says.dedup();
        Self { text, says, serial }
    }

    /// A name that says nothing, one Environment, or two.
    pub fn roll(rng: &mut Rng, serial: usize, shape: Shape) -> Self {
        let count = *rng.pick(&[0, 0, 0, 1, 1, 1, 1, 2]);
        let says: Vec<usize> = (0..count).map(|_| rng.index(ENVIRONMENTS.len())).collect();
        Self::saying(rng, serial, shape, &says)
    }
}
