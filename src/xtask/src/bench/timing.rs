//! Timing whole commands and printing what came out.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cargo::Done;

/// The times of one command, sorted.
pub struct Figures(Vec<Duration>);

impl Figures {
    /// The middle one.
    pub fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    fn least(&self) -> Duration {
        self.0[0]
    }
}

/// A line of the table.
pub struct Row {
    what: String,
    measured: String,
    target: String,
}

impl Row {
    /// A time on its own.
    pub fn time(what: &str, figures: &Figures, target: &str) -> Row {
        Row::plain(what, milliseconds(figures), target)
    }

    /// A time and how many times the other's median it is.
    pub fn ratio(what: &str, figures: &Figures, floor: &Figures, target: &str) -> Row {
        let ratio = figures.median().as_secs_f64() / floor.median().as_secs_f64();
        Row::plain(
            what,
            format!("{}   {ratio:.2} x floor", milliseconds(figures)),
            target,
        )
    }

    /// Any other figure.
    pub fn plain(what: &str, measured: String, target: &str) -> Row {
        Row {
            what: what.into(),
            measured,
            target: target.into(),
        }
    }
}

fn milliseconds(figures: &Figures) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.2} ms (least {:.2})",
        ms(figures.median()),
        ms(figures.least())
    )
}

/// Run the commands in turn, `rounds` times after one warm-up each.
pub fn alternate(rounds: usize, mut commands: Vec<Command>) -> Done<Vec<Figures>> {
    let mut times = vec![Vec::with_capacity(rounds); commands.len()];
    for round in 0..=rounds {
        for (index, command) in commands.iter_mut().enumerate() {
            let time = once(command)?;
            if round > 0 {
                times[index].push(time);
            }
        }
    }
    Ok(times
        .into_iter()
        .map(|mut times| {
            times.sort();
            Figures(times)
        })
        .collect())
}

/// One run, from spawn to reaped; a failure is an error, not a figure.
pub fn once(command: &mut Command) -> Done<Duration> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let start = Instant::now();
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let time = start.elapsed();
    if output.status.success() {
        Ok(time)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let words: Vec<_> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_string_lossy())
            .collect();
        Err(format!(
            "{}\n`{}`: {}",
            said.trim(),
            words.join(" "),
            output.status
        ))
    }
}

/// The table, widths fitted.
pub fn print(rows: &[Row]) {
    let wide = |field: fn(&Row) -> &str| rows.iter().map(|row| field(row).len()).max().unwrap_or(0);
    let (what, measured) = (wide(|row| &row.what), wide(|row| &row.measured));
    for row in rows {
        println!(
            "{:what$}   {:measured$}   {}",
            row.what, row.measured, row.target
        );
    }
}
