//! Points in time as milliseconds since 1970 (UTC), written and read as RFC 3339. No clock, no time zones.

use crate::search;

const DAY: u64 = 86_400_000;

/// Year, month (1-12) and day (1-31) of a point in time.
///
/// Days to civil date after Howard Hinnant's description of the proleptic Gregorian calendar.
fn civil(ms: u64) -> (u64, u64, u64) {
    let days = ms / DAY + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

fn from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year % 400;
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).saturating_sub(719_468) * DAY
}

/// `2026-11-23`.
pub fn day(ms: u64) -> String {
    let (year, month, day) = civil(ms);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-11-23T05:44:00Z`, the form Graph takes.
pub fn rfc3339(ms: u64) -> String {
    let seconds = ms / 1000 % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", day(ms), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `20261123`, the form of a whole day in iCalendar (RFC 5545 section 3.3.4).
pub fn compact_day(ms: u64) -> String {
    day(ms).replace('-', "")
}

/// The same day so many months later, or the last day of that month where there is no such day.
pub fn add_months(ms: u64, months: u32) -> u64 {
    let (year, month, day) = civil(ms);
    let index = year * 12 + month - 1 + u64::from(months);
    let (year, month) = (index / 12, index % 12 + 1);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    from_civil(year, month, day.min(last)) + ms % DAY
}

/// So many whole days later.
pub fn add_days(ms: u64, days: u64) -> u64 {
    ms + days * DAY
}

/// Reads `2026-11-23T05:44:00[.fraction]Z`; `None` for anything else, offsets other than `Z` included, because
/// Graph always answers in UTC.
pub fn parse(text: &str) -> Option<u64> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(search::whole);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.splitn(3, ':');
    let hour = search::whole(time.next()?)?;
    let minute = search::whole(time.next()?)?;
    let second = search::whole(time.next()?.split('.').next()?)?;
    let possible = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (possible && hour < 24 && minute < 60 && second < 61)
        .then(|| from_civil(year, month, day) + (hour * 3600 + minute * 60 + second) * 1000)
}

/// Days of an ISO 8601 duration of the kinds Entra's policies use (`P90D`, `P2Y6M`, `P1DT12H`), rounded down.
pub fn duration_days(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut days = 0;
    for (part, in_date) in [(date, true), (time, false)] {
        let mut number = String::new();
        for sign in part.chars() {
            if sign.is_ascii_digit() {
                number.push(sign);
                continue;
            }
            let value = search::whole(&std::mem::take(&mut number))?;
            days += match (sign, in_date) {
                ('Y', true) => value * 365,
                ('M', true) => value * 30,
                ('W', true) => value * 7,
                ('D', true) => value,
                ('H', false) => value / 24,
                ('M' | 'S', false) => 0,
                _ => return None,
            };
        }
        if !number.is_empty() {
            return None;
        }
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_out_and_come_back() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_795_412_640_000, "2026-11-23T05:44:00Z"),
        ] {
            assert_eq!(rfc3339(ms), text);
            assert_eq!(parse(text), Some(ms));
        }
        assert_eq!(parse("2026-11-23T05:44:00.1234567Z"), Some(1_795_412_640_000));
    }

    #[test]
    fn months_end_where_the_month_ends() {
        let january = parse("2027-01-31T10:00:00Z").unwrap();
        assert_eq!(rfc3339(add_months(january, 1)), "2027-02-28T10:00:00Z");
        assert_eq!(rfc3339(add_months(january, 13)), "2028-02-29T10:00:00Z");
        assert_eq!(rfc3339(add_months(january, 12)), "2028-01-31T10:00:00Z");
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in ["", "2026-11-23", "2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z", "2026-11-23T00:00:00+01:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn policy_durations_are_read() {
        assert_eq!(duration_days("P90D"), Some(90));
        assert_eq!(duration_days("P1Y6M"), Some(545));
        assert_eq!(duration_days("P4DT12H30M5S"), Some(4));
        assert_eq!(duration_days("90 days"), None);
        assert_eq!(duration_days("P5"), None);
    }
}
