//! Columns: at least ten wide, three spaces between them, the last one as long
//! as it is.

const MIN_WIDTH: usize = 10;
const PADDING: usize = 3;

/// Aligns lines whose cells are separated by tabs. A column goes on as long as
/// neighbouring lines have a cell behind it, so one text may hold several
/// tables.
pub fn align(text: &str) -> String {
    let widths = Widths::with(MIN_WIDTH, PADDING);
    widths.align(text)
}

/// As [`align`], with another least width and padding: `docker top` and
/// `docker volume` have their own.
pub fn align_with(text: &str, min_width: usize, padding: usize) -> String {
    Widths::with(min_width, padding).align(text)
}

struct Widths {
    min: usize,
    padding: usize,
}

impl Widths {
    fn with(min: usize, padding: usize) -> Self {
        Self { min, padding }
    }

    fn align(&self, text: &str) -> String {
        let ends_with_line = text.ends_with('\n');
        let body = text.strip_suffix('\n').unwrap_or(text);
        let lines: Vec<Vec<&str>> = body
            .split('\n')
            .map(|line| line.split('\t').collect())
            .collect();
        let widths = self.measure(&lines);
        let mut out = String::with_capacity(text.len() * 2);
        for (index, (cells, widths)) in lines.iter().zip(&widths).enumerate() {
            if index > 0 {
                out.push('\n');
            }
            for (column, cell) in cells.iter().enumerate() {
                out.push_str(cell);
                if let Some(width) = widths.get(column) {
                    let used = cell.chars().count();
                    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
                }
            }
        }
        if ends_with_line {
            out.push('\n');
        }
        out
    }

    /// For each line, the width of each cell but the last.
    fn measure(&self, lines: &[Vec<&str>]) -> Vec<Vec<usize>> {
        let mut widths: Vec<Vec<usize>> =
            lines.iter().map(|cells| vec![0; cells.len() - 1]).collect();
        let columns = widths.iter().map(Vec::len).max().unwrap_or(0);
        for column in 0..columns {
            let mut start = 0;
            while start < lines.len() {
                let run = lines[start..]
                    .iter()
                    .take_while(|cells| cells.len() > column + 1)
                    .count();
                if run == 0 {
                    start += 1;
                    continue;
                }
                let widest = lines[start..start + run]
                    .iter()
                    .map(|cells| cells[column].chars().count() + self.padding)
                    .max()
                    .unwrap_or(0)
                    .max(self.min);
                for line in &mut widths[start..start + run] {
                    line[column] = widest;
                }
                start += run;
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn columns_are_padded_and_the_last_is_not() {
        assert_eq!(
            align("NAME\tX\tEND\na-long-name-here\t1\te\n"),
            "NAME               X         END\na-long-name-here   1         e\n"
        );
    }

    #[test]
    fn a_line_without_cells_ends_the_columns() {
        assert_eq!(
            align("a\tb\n\nlonger-than-ten\tb\n"),
            "a         b\n\nlonger-than-ten   b\n"
        );
    }
}
