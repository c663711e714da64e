//! What a run costs, and how runs are compared.

use crate::{Failure, process};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Measured by the operating system over the whole life of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figures {
    /// Processor time of all threads, user and system, in seconds.
    pub(super) cpu: f64,
    /// Seconds from start to end.
    pub(super) wall: f64,
    /// Largest resident memory in MB (10⁶ bytes).
    pub(super) memory: f64,
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) struct Side {
    /// What the table calls it.
    pub(super) name: &'static str,
    /// Program and arguments.
    pub(super) command: Vec<String>,
    /// Where its standard output goes.
    pub(super) output: PathBuf,
    /// A folder that it writes and that must not be there before.
    pub(super) fresh: Option<PathBuf>,
    /// What the server needs between two runs, for its rates to be as they are for one that nobody asked before.
    pub(super) pause: Duration,
    /// Exit codes that mean that it did its work.
    pub(super) accepted: &'static [i32],
}

/// Runs all sides in turn, A B A B, so that a busy moment of the machine hits each alike; the first round warms caches and
/// is not counted. Returns the medians in the order of the sides.
pub(super) fn compare(script: &Path, sides: &[Side], repetitions: u64) -> Result<Vec<Figures>, Failure> {
    let mut runs: Vec<Vec<Figures>> = sides.iter().map(|_| Vec::new()).collect();
    for round in 0..=repetitions {
        for (side, runs) in sides.iter().zip(&mut runs) {
            let figures = measure(script, side)?;
            if round > 0 {
                println!("  {round}. {:<28}{:>9.2} CPU s{:>9.2} s{:>8.0} MB", side.name, figures.cpu, figures.wall, figures.memory);
                runs.push(figures);
            }
        }
    }
    Ok(runs.iter().map(|runs| median(runs)).collect())
}

fn measure(script: &Path, side: &Side) -> Result<Figures, Failure> {
    if let Some(folder) = &side.fresh {
        // What was never written need not be removed.
        let _absent = std::fs::remove_dir_all(folder);
    }
    std::thread::sleep(side.pause);
    let text = process::output(Command::new("python3").arg(script).arg(&side.output).args(&side.command))?;
    let (figures, code) = parse(&text).ok_or_else(|| Failure(format!("The measuring script printed `{}`.", text.trim())))?;
    if side.accepted.contains(&code) {
        return Ok(figures);
    }
    let said = std::fs::read_to_string(format!("{}.stderr", side.output.display())).unwrap_or_default();
    Err(Failure(format!("`{}` ended with exit code {code}:\n{said}", side.command.join(" "))))
}

fn parse(text: &str) -> Option<(Figures, i32)> {
    let mut words = text.split_whitespace();
    let mut number = || words.next()?.parse::<f64>().ok();
    let figures = Figures { cpu: number()?, wall: number()?, memory: number()? };
    Some((figures, words.next()?.parse().ok()?))
}

/// The median of each figure by itself.
fn median(runs: &[Figures]) -> Figures {
    let middle = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = values.len() / 2;
        if values.len() % 2 == 1 { values[at] } else { f64::midpoint(values[at - 1], values[at]) }
    };
    Figures { cpu: middle(|f| f.cpu), wall: middle(|f| f.wall), memory: middle(|f| f.memory) }
}

/// What we want of a figure.
#[derive(Debug)]
pub(super) struct Aim {
    /// In words.
    pub(super) what: String,
    /// What was reached.
    pub(super) value: f64,
    /// It must be below this.
    pub(super) below: f64,
    /// `×` or ` MB`.
    pub(super) unit: &'static str,
}

/// The table: each side with its figures and its ratio to `us`, then the aims.
pub(super) fn table(sides: &[Side], figures: &[Figures], us: usize, aims: &[Aim]) -> String {
    let mut text = format!("{:<30}{:>9}{:>9}{:>10}   {}\n", "median", "CPU s", "wall s", "peak MB", "ours ÷ theirs: CPU, wall, memory");
    for (at, (side, f)) in sides.iter().zip(figures).enumerate() {
        let ours = figures[us];
        let ratios = if at == us { String::new() } else { format!("{:.2}×  {:.2}×  {:.2}×", ours.cpu / f.cpu, ours.wall / f.wall, ours.memory / f.memory) };
        text += format!("{:<30}{:>9.2}{:>9.2}{:>10.0}   {ratios}", side.name, f.cpu, f.wall, f.memory).trim_end();
        text.push('\n');
    }
    for aim in aims {
        let verdict = if aim.value < aim.below { "met   " } else { "MISSED" };
        let digits = if aim.unit == "×" { 2 } else { 0 };
        let _infallible = writeln!(text, "{verdict}  {}: {:.digits$}{unit}, aim under {}{unit}", aim.what, aim.value, aim.below, unit = aim.unit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(cpu: f64) -> Figures {
        Figures { cpu, wall: cpu * 2.0, memory: 100.0 }
    }

    fn side(name: &'static str, command: &[&str], folder: &Path) -> Side {
        Side {
            name,
            command: command.iter().map(|w| (*w).to_owned()).collect(),
            output: folder.join("xtask-figures-test"),
            fresh: None,
            pause: Duration::ZERO,
            accepted: &[0, 3],
        }
    }

    #[test]
    fn the_middle_of_the_runs_counts() {
        assert_eq!(median(&[figures(9.0), figures(1.0), figures(2.0)]), figures(2.0));
        assert_eq!(median(&[figures(1.0), figures(2.0)]), figures(1.5));
    }

    #[test]
    fn the_scripts_line_is_understood() {
        assert_eq!(parse("1.5 3 100 1\n"), Some((figures(1.5), 1)));
        assert_eq!(parse("1.5 3"), None);
    }

    #[test]
    fn aims_are_met_or_missed() {
        let sides = [side("decode", &[], Path::new("")), side("tagledger cost", &[], Path::new(""))];
        let aim = |value| Aim { what: "CPU against decode".to_owned(), value, below: 2.0, unit: "×" };
        let text = table(&sides, &[figures(1.0), figures(1.5)], 1, &[aim(1.5), aim(2.0)]);
        assert!(text.contains("1.50×  1.50×  1.00×\n"), "{text}");
        assert!(text.contains("met     CPU against decode: 1.50×, aim under 2×\n") && text.contains("MISSED  CPU against decode: 2.00×"), "{text}");
    }

    #[test]
    fn a_process_is_measured_and_its_failure_reported() {
        if process::find(&["python3"]).is_none() {
            return;
        }
        let folder = std::env::temp_dir().join(format!("xtask-figures-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let script = folder.join("measure.py");
        std::fs::write(&script, include_str!("measure.py")).unwrap();
        let fine = measure(&script, &side("fine", &["sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 3"], &folder)).unwrap();
        assert!(fine.cpu > 0.0 && fine.wall > 0.0 && fine.memory > 0.5, "{fine:?}");
        let failed = measure(&script, &side("failed", &["sh", "-c", "echo why >&2; exit 2"], &folder)).unwrap_err().0;
        assert!(failed.contains("exit code 2") && failed.contains("why"), "{failed}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
