//! Lines and columns of a text.

/// Where the lines of a text begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column of an offset, both from 1, the column in characters.
    pub fn at(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (number(line), number(column + 1))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_count_from_one_and_columns_in_characters() {
        let lines = Lines::new("ab\näö x\r\n\n");
        assert_eq!([0, 1, 3, 5, 8, 11, 99].map(|at| lines.at(at)), [(1, 1), (1, 2), (2, 1), (2, 2), (2, 4), (3, 1), (4, 1)]);
    }
}
