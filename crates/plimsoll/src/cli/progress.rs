//! How far something came: a bar on a terminal, else a line now and then.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::args::Format;
use super::output::Output;

/// How long a reader of lines waits for the next one.
const PAUSE: Duration = Duration::from_secs(15);

/// How far something came.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    total: Option<u64>,
    told: Instant,
}

impl Progress {
    /// Something of that many bytes begins; of how many is not always known.
    pub(crate) fn new(output: &mut Output<'_>, what: &str, total: Option<u64>) -> Self {
        let seen =
            output.format == Format::Text && !output.quiet && std::io::stderr().is_terminal();
        let bar = seen.then(|| {
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let template = match total {
                Some(_) => "{msg} [{bar:30}] {bytes} of {total_bytes} ({eta})",
                None => "{spinner} {msg} {bytes} ({bytes_per_sec})",
            };
            // The template is a text of ours; where it did not parse, the bar would look otherwise.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.with_message(what.to_owned())
        });
        if bar.is_none() {
            output.note(what);
        }
        Self {
            bar,
            what: what.to_owned(),
            total,
            told: Instant::now(),
        }
    }

    /// So many bytes are done.
    pub(crate) fn at(&mut self, output: &mut Output<'_>, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        } else if self.told.elapsed() >= PAUSE {
            self.told = Instant::now();
            let total = self.total.map(|total| format!(" of {}", HumanBytes(total)));
            let line = format!(
                "{}: {}{}",
                self.what,
                HumanBytes(bytes),
                total.unwrap_or_default()
            );
            output.note(&line);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A number of bytes, for people.
pub(crate) fn bytes(count: u64) -> String {
    HumanBytes(count).to_string()
}
