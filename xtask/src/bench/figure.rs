//! Figures: what a bench found, printed as one JSON line each, and the statistics behind them.

use serde_json::{Map, Value, json};

/// What a figure has to reach (the bars that `docs/BENCHMARKS.md` lists).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bar {
    /// The value, at least.
    AtLeast(f64),
    /// The value, below.
    Below(f64),
    /// The value divided by the peer's, at least.
    RatioAtLeast(f64),
    /// The value divided by the peer's, at most.
    RatioAtMost(f64),
}

/// One figure.
#[derive(Debug)]
pub(crate) struct Figure {
    bench: &'static str,
    name: String,
    value: f64,
    unit: &'static str,
    peer: Option<(String, f64)>,
    bar: Option<Bar>,
    more: Map<String, Value>,
}

impl Figure {
    pub(crate) fn new(bench: &'static str, name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            bench,
            name: name.into(),
            value,
            unit,
            peer: None,
            bar: None,
            more: Map::new(),
        }
    }

    /// Measured in the same run beside it.
    pub(crate) fn peer(mut self, name: &str, value: f64) -> Self {
        self.peer = Some((name.to_owned(), value));
        self
    }

    pub(crate) const fn bar(mut self, bar: Bar) -> Self {
        self.bar = Some(bar);
        self
    }

    /// A bar that only holds for the whole size of a bench: left out of smaller trials.
    pub(crate) const fn bar_if(mut self, applies: bool, bar: Bar) -> Self {
        if applies {
            self.bar = Some(bar);
        }
        self
    }

    /// Something else worth knowing about it.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        let value = match value.into() {
            Value::Number(number) if number.is_f64() => number.as_f64().map_or(Value::Null, rounded),
            other => other,
        };
        self.more.insert(key.to_owned(), value);
        self
    }

    fn ratio(&self) -> Option<f64> {
        let (_, peer) = self.peer.as_ref()?;
        (*peer > 0.0).then(|| self.value / peer)
    }

    /// Whether the bar is met; `None` without one.
    pub(crate) fn is_met(&self) -> Option<bool> {
        Some(match self.bar? {
            Bar::AtLeast(least) => self.value >= least,
            Bar::Below(most) => self.value < most,
            Bar::RatioAtLeast(least) => self.ratio()? >= least,
            Bar::RatioAtMost(most) => self.ratio()? <= most,
        })
    }

    fn line(&self) -> Value {
        let mut line = Map::new();
        line.insert("bench".into(), self.bench.into());
        line.insert("figure".into(), self.name.clone().into());
        line.insert("value".into(), rounded(self.value));
        line.insert("unit".into(), self.unit.into());
        if let Some((name, value)) = &self.peer {
            line.insert("peer".into(), name.clone().into());
            line.insert("peer_value".into(), rounded(*value));
        }
        if let Some(ratio) = self.ratio() {
            line.insert("ratio".into(), rounded(ratio));
        }
        if let Some(bar) = self.bar {
            let text = match bar {
                Bar::AtLeast(value) => format!(">= {value}"),
                Bar::Below(value) => format!("< {value}"),
                Bar::RatioAtLeast(value) => format!("ratio >= {value}"),
                Bar::RatioAtMost(value) => format!("ratio <= {value}"),
            };
            line.insert("bar".into(), text.into());
            line.insert("met".into(), json!(self.is_met()));
        }
        line.extend(self.more.clone());
        Value::Object(line)
    }

    /// Prints the line.
    pub(crate) fn print(&self) {
        println!("{}", self.line());
    }
}

/// Three significant digits after the point for small numbers, none for large ones.
fn rounded(value: f64) -> Value {
    let digits = if value.abs() >= 1000.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        3
    };
    let scale = 10_f64.powi(digits);
    let rounded = (value * scale).round() / scale;
    if digits == 0 {
        json!(rounded as i64)
    } else {
        json!(rounded)
    }
}

/// The middle value; 0 of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    share_of(values, 0.5)
}

/// The value below which this share of all lies (0.99 is the 99th percentile); 0 of nothing.
pub(crate) fn share_of(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let at = (last as f64 * share).round() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_whether_its_bar_is_met() {
        let figure = Figure::new("page", "front", 150.0, "requests/cpu-s").peer("nginx", 100.0);
        assert_eq!(figure.bar(Bar::RatioAtLeast(1.0)).is_met(), Some(true));
        let slow = Figure::new("start", "first page", 0.31, "s").bar(Bar::Below(0.3));
        assert_eq!(slow.is_met(), Some(false));
        assert_eq!(slow.line()["bar"], "< 0.3");
        assert_eq!(Figure::new("start", "first page", 0.31, "s").is_met(), None);
    }

    #[test]
    fn a_ratio_to_nothing_is_no_success() {
        let figure = Figure::new("page", "front", 1.0, "x")
            .peer("nginx", 0.0)
            .bar(Bar::RatioAtLeast(1.0));
        assert_eq!(figure.is_met(), None);
    }

    #[test]
    fn percentiles_come_from_sorted_values() {
        let values = [5.0, 1.0, 3.0];
        assert_eq!(median(&values), 3.0);
        assert_eq!(share_of(&values, 0.99), 5.0);
        assert_eq!(median(&[]), 0.0);
    }
}
