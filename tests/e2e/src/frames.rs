//! What a keystroke or a click costs the page, measured inside the browser: the time its program works, the time the
//! browser needs to lay out what came of it, how long frames were apart meanwhile, and how often a task was long.

use std::fmt;

use serde_json::Value;

use crate::Screen;

/// Measures from now on; what was measured before is forgotten.
const START: &str = "
  const probe = window.probe ??= (() => {
    const probe = {}, channel = new MessageChannel();
    let since, last;
    // A message comes after everything the program does at once and in microtasks.
    channel.port1.onmessage = () => {
      const now = performance.now();
      document.body.getBoundingClientRect();
      probe.cost.push(performance.now() - since);
      probe.script.push(now - since);
    };
    for (const kind of ['input', 'change']) {
      addEventListener(kind, event => {
        // A box that is ticked sends both, and only the second is heard.
        const box = event.target.matches('[type=checkbox], [type=radio]');
        if (box !== (kind === 'change')) return;
        since = performance.now();
        channel.port2.postMessage(0);
      }, true);
    }
    const frame = now => { if (last) probe.gaps.push(now - last); last = now; requestAnimationFrame(frame) };
    requestAnimationFrame(frame);
    new PerformanceObserver(list => probe.long += list.getEntries().length).observe({ type: 'longtask' });
    return probe;
  })();
  Object.assign(probe, { cost: [], script: [], gaps: [], long: 0 })";

/// Milliseconds, in the order they were measured.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// Program and layout together, one for every event.
    pub cost: Vec<f64>,
    /// The program alone.
    pub script: Vec<f64>,
    /// Between one frame and the next.
    pub gaps: Vec<f64>,
    /// Tasks of more than 50 ms.
    pub long: u64,
}

impl Frames {
    /// Begins to measure.
    pub async fn start(screen: &Screen) {
        screen.eval(START).await;
    }

    /// What was measured, once so many events were.
    pub async fn read(screen: &Screen, events: usize) -> Self {
        let seen = screen
            .until_with(
                "every event was measured",
                "return window.probe.cost.length >= arguments[0] && window.probe",
                &[events.into()],
            )
            .await;
        let list =
            |name: &str| seen[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<f64>>();
        Self {
            cost: list("cost"),
            script: list("script"),
            gaps: list("gaps"),
            long: seen["long"].as_u64().unwrap_or_default(),
        }
    }
}

/// The value that so many in a hundred do not exceed.
pub fn percentile(values: &[f64], hundredths: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last * hundredths).div_ceil(100)).copied().unwrap_or_default()
}

impl fmt::Display for Frames {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, values) in [("cost", &self.cost), ("program", &self.script), ("frame gap", &self.gaps)] {
            let [half, most, all] = [50, 95, 100].map(|part| percentile(values, part));
            write!(out, "{name} p50 {half:.1} p95 {most:.1} max {all:.1} ms (n={}); ", values.len())?;
        }
        write!(out, "{} long tasks", self.long)
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = [5.0, 1.0, 2.0, 4.0, 3.0];
        let parts = [0, 50, 95, 100].map(|part| format!("{}", percentile(&values, part)));
        assert_eq!(parts, ["1", "3", "5", "5"]);
    }
}
