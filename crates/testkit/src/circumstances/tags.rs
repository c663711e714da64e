//! What somebody's tags say, and those tags as they are written.

use super::applications::Application;
use super::words::{APPLICATION, CLASSES, DATA_CLASS, ENVIRONMENT, ENVIRONMENTS, Home, Said, spelt, write_key};
use crate::random::Rng;

/// Tags that were read.
#[derive(Debug, Clone)]
pub struct Tags {
    /// Which Environment, by position.
    pub environment: Said<usize>,
    /// Which application, by position.
    pub application: Said<usize>,
    /// Which class of data, by position.
    pub class: Said<usize>,
    /// As they are written. Nothing that is true is read from here.
    pub written: Vec<(String, String)>,
}

/// How often tags say a value, an unknown one, a torn one and a blank one, of a thousand.
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    /// Of Environment.
    pub environment: [u64; 4],
    /// Of Application.
    pub application: [u64; 4],
    /// Of DataClass.
    pub class: [u64; 4],
}

impl Tags {
    /// Rolls what they say, by the habit of whoever writes them; applications are taken from those that belong to no stand.
    pub fn roll(rng: &mut Rng, home: Home, applications: &[Application], habit: Habit) -> Self {
        let general: Vec<usize> = (0..applications.len()).filter(|at| !applications[*at].is_of_a_stand).collect();
        let environment = Said::roll(rng, habit.environment, |rng| rng.index(ENVIRONMENTS.len()));
        let application = Said::roll(rng, habit.application, |rng| *rng.pick(&general));
        let class = Said::roll(rng, habit.class, |rng| rng.index(CLASSES.len()));
        Self::saying(rng, home, applications, (environment, application, class))
    }

    /// Writes down what they are to say.
    pub fn saying(rng: &mut Rng, home: Home, applications: &[Application], (environment, application, class): (Said<usize>, Said<usize>, Said<usize>)) -> Self {
        let mut written = Vec::new();
        let mut listed = |key, said: &Said<usize>, words: &[super::words::Word], rng: &mut Rng| {
            let at = said.known().unwrap_or_default();
            let values = [spelt(rng, words[at]), spelt(rng, words[(at + 1) % words.len()])];
            write_key(&mut written, key, said, [&values[0], &values[1]], home, rng);
        };
        listed(&ENVIRONMENT, &environment, &ENVIRONMENTS, rng);
        listed(&DATA_CLASS, &class, &CLASSES, rng);
        let at = application.known().unwrap_or_default();
        let values = [&applications[at].text, &applications[(at + 1) % applications.len()].text];
        write_key(&mut written, &APPLICATION, &application, [values[0], values[1]], home, rng);
        Self { environment, application, class, written }
    }

    /// Bare.
    pub fn none() -> Self {
        Self { environment: Said::Nothing, application: Said::Nothing, class: Said::Nothing, written: Vec::new() }
    }
}
