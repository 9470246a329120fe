//! The weight budget, `tests/size-budget.txt`: a limit that fails the build, an aim, and the last measured value.

use crate::weight::thousands;
use std::fmt;

/// Growth beyond this share of the last measured value is worth a remark.
const REMARK_PERCENT: u64 = 2;

/// The three numbers of the budget file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limit: u64,
    pub(crate) aim: u64,
    /// While the page is above its limit: what it may weigh at most, so that it can only get lighter. The limit itself
    /// stays what it is, and every run says by how much it is missed.
    pub(crate) ratchet: Option<u64>,
    /// Nothing before the first measurement.
    pub(crate) last: Option<u64>,
}

/// A budget file that makes no sense, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BudgetError {
    Unreadable { line: usize, text: String },
    Missing(&'static str),
}

impl fmt::Display for BudgetError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { line, text } => write!(
                formatter,
                "line {line} of the size budget is `{text}`; allowed are comments (#) and `limit`, `aim`, `ratchet`, `last` with a number of bytes"
            ),
            Self::Missing(name) => write!(formatter, "the size budget has no `{name}`"),
        }
    }
}

/// How a measurement stands against the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Within { remarks: Vec<String> },
    TooHeavy { over: u64 },
}

impl Budget {
    /// Reads the file: one `name number` per line, commas allowed in numbers.
    pub(crate) fn parse(text: &str) -> Result<Self, BudgetError> {
        let (mut limit, mut aim, mut ratchet, mut last) = (None, None, None, None);
        for (index, line) in text.lines().enumerate() {
            let content = line.split('#').next().unwrap_or_default().trim();
            if content.is_empty() {
                continue;
            }
            let unreadable = || BudgetError::Unreadable { line: index + 1, text: content.to_owned() };
            let (name, number) = content.split_once(char::is_whitespace).ok_or_else(unreadable)?;
            let number = number.trim().replace(',', "").parse().map_err(|_| unreadable())?;
            match name {
                "limit" => limit = Some(number),
                "aim" => aim = Some(number),
                "ratchet" => ratchet = Some(number),
                "last" => last = Some(number),
                _ => return Err(unreadable()),
            }
        }
        Ok(Self {
            limit: limit.ok_or(BudgetError::Missing("limit"))?,
            aim: aim.ok_or(BudgetError::Missing("aim"))?,
            ratchet,
            last,
        })
    }

    /// Judges the bytes of a first load.
    pub(crate) fn judge(&self, measured: u64) -> Verdict {
        let mut remarks = if measured > self.limit {
            match self.ratchet {
                Some(ratchet) if measured <= ratchet => vec![format!(
                    "TOO HEAVY by {} bytes: the limit is {}; until it is met the page may only get lighter (ratchet {})",
                    thousands(measured - self.limit),
                    thousands(self.limit),
                    thousands(ratchet)
                )],
                ratchet => return Verdict::TooHeavy { over: measured - ratchet.unwrap_or(self.limit) },
            }
        } else {
            vec![format!("{} bytes below the limit of {}", thousands(self.limit - measured), thousands(self.limit))]
        };
        if measured > self.aim {
            remarks.push(format!("{} bytes above the aim of {}", thousands(measured - self.aim), thousands(self.aim)));
        } else {
            remarks.push(format!("within the aim of {}", thousands(self.aim)));
        }
        if let Some(last) = self.last
            && measured * 100 > last * (100 + REMARK_PERCENT)
        {
            remarks.push(format!(
                "grew by {} bytes since the last measured {} (more than {REMARK_PERCENT} %): say why in the commit, and record it with `cargo xtask size --record`",
                thousands(measured - last),
                thousands(last)
            ));
        }
        Verdict::Within { remarks }
    }
}

/// The same file with a new `last` line; comments and everything else stay.
pub(crate) fn with_last(text: &str, measured: u64) -> String {
    let line = format!("last {}", thousands(measured));
    let mut found = false;
    let mut lines: Vec<String> = text
        .lines()
        .map(|old| {
            if old.trim_start().starts_with("last ") {
                found = true;
                line.clone()
            } else {
                old.to_owned()
            }
        })
        .collect();
    if !found {
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# first load\nlimit 128,550\naim 100000 # wanted\n\nlast 60,000\n";

    #[test]
    fn the_file_reads_as_people_write_it() {
        assert_eq!(Budget::parse(FILE), Ok(Budget { limit: 128_550, aim: 100_000, ratchet: None, last: Some(60_000) }));
    }

    #[test]
    fn nonsense_is_named_with_its_line() {
        for (text, line) in [("limit many", 1), ("\nlimits 3", 2), ("limit", 1), ("aim -3", 1)] {
            match Budget::parse(text) {
                Err(BudgetError::Unreadable { line: found, .. }) => assert_eq!(found, line),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(Budget::parse("aim 3"), Err(BudgetError::Missing("limit")));
        assert_eq!(Budget::parse("limit 3"), Err(BudgetError::Missing("aim")));
    }

    #[test]
    fn the_limit_fails_and_growth_is_remarked() {
        let budget = Budget::parse(FILE).unwrap();
        assert_eq!(budget.judge(128_551), Verdict::TooHeavy { over: 1 });
        let remarks = |bytes| match budget.judge(bytes) {
            Verdict::Within { remarks } => remarks.join("; "),
            Verdict::TooHeavy { .. } => String::from("too heavy"),
        };
        assert!(remarks(128_550).contains("28,550 bytes above the aim"));
        assert!(remarks(61_200).contains("within the aim"));
        assert!(!remarks(61_200).contains("grew"));
        assert!(remarks(61_201).contains("grew by 1,201"));
    }

    #[test]
    fn a_ratchet_lets_the_page_only_get_lighter_and_hides_nothing() {
        let budget = Budget::parse("limit 100\naim 90\nratchet 150\n").unwrap();
        assert_eq!(budget.judge(151), Verdict::TooHeavy { over: 1 });
        let Verdict::Within { remarks } = budget.judge(150) else { panic!("the ratchet holds") };
        assert!(remarks[0].starts_with("TOO HEAVY by 50 bytes: the limit is 100"), "{remarks:?}");
    }

    #[test]
    fn recording_changes_only_the_last_line() {
        assert_eq!(with_last(FILE, 71_234), "# first load\nlimit 128,550\naim 100000 # wanted\n\nlast 71,234\n");
        assert_eq!(with_last("limit 1\naim 1\n", 5), "limit 1\naim 1\nlast 5\n");
    }

    #[test]
    fn the_file_of_this_repository_is_the_budget_of_the_design() {
        let budget = Budget::parse(include_str!("../../tests/size-budget.txt")).unwrap();
        assert_eq!((budget.limit, budget.aim), (128_550, 100_000));
    }
}
