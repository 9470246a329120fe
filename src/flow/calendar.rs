//! The reminder for the day a secret ends, as iCalendar (RFC 5545).

use crate::protocol::date;

/// Text values escape backslash, semicolon, comma and line breaks (RFC 5545 section 3.3.11).
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace(['\r', '\n'], " ")
}

/// Lines are at most 75 bytes; longer ones go on after a line break and a space (section 3.1).
fn fold(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / 70 * 3 + 2);
    let mut width = 0;
    for sign in line.chars() {
        if width + sign.len_utf8() > 75 {
            folded.push_str("\r\n ");
            width = 1;
        }
        folded.push(sign);
        width += sign.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}

/// A whole-day event on the day the secret ends, with alarms 30 and 7 days before. It names the application and its
/// client id, never the secret.
pub fn reminder(application: &str, client_id: &str, ends: u64, now: u64) -> String {
    let stamp = date::rfc3339(now).replace(['-', ':'], "");
    let (day, next) = (date::compact_day(ends), date::compact_day(date::add_days(ends, 1)));
    let summary = escape(&format!("Client secret ends: {application}"));
    let text = escape(&format!(
        "The client secret of {application} (client id {client_id}) for Business Central ends today. Make a new one and hand it over before."
    ));
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".into(),
        "PRODID:-//Entrada//Secret expiry//EN".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{client_id}-{day}@entrada"),
        format!("DTSTAMP:{stamp}"),
        format!("DTSTART;VALUE=DATE:{day}"),
        format!("DTEND;VALUE=DATE:{next}"),
        format!("SUMMARY:{summary}"),
        format!("DESCRIPTION:{text}"),
        "TRANSP:TRANSPARENT".into(),
    ];
    for days in [30, 7] {
        lines.extend([
            "BEGIN:VALARM".into(),
            "ACTION:DISPLAY".into(),
            format!("TRIGGER:-P{days}D"),
            format!("DESCRIPTION:{summary}"),
            "END:VALARM".into(),
        ]);
    }
    lines.extend(["END:VEVENT".into(), "END:VCALENDAR".into()]);
    lines.iter().map(|line| fold(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_a_whole_day_with_two_alarms() {
        let ends = date::parse("2027-11-23T05:44:00Z").unwrap();
        let text = reminder("Shop; \"A, B\"\\C", "c1", ends, 0);
        assert!(text.contains("DTSTART;VALUE=DATE:20271123\r\n") && text.contains("DTEND;VALUE=DATE:20271124\r\n"));
        assert!(text.contains("SUMMARY:Client secret ends: Shop\\; \"A\\, B\"\\\\C\r\n"));
        assert_eq!(text.matches("BEGIN:VALARM").count(), 2);
        assert!(text.contains("DTSTAMP:19700101T000000Z"));
    }

    #[test]
    fn long_lines_are_folded_without_breaking_characters() {
        let text = reminder(&"æøå 🍕 ".repeat(30), "c1", 0, 0);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains(&"æøå 🍕 ".repeat(30)));
    }
}
