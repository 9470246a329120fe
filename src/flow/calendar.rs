//! The reminder for the day a secret ends, as iCalendar (RFC 5545).

use crate::protocol::date;

/// Text values escape backslash, semicolon, comma and line breaks (RFC 5545 section 3.3.11).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for sign in text.chars() {
        if matches!(sign, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(if matches!(sign, '\r' | '\n') { ' ' } else { sign });
    }
    escaped
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
    let alarm =
        |days: &str| format!("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P{days}D\nDESCRIPTION:{summary}\nEND:VALARM\n");
    let (month, week) = (alarm("30"), alarm("7"));
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Entrada//Secret expiry//EN\n\
         BEGIN:VEVENT\nUID:{client_id}-{day}@entrada\nDTSTAMP:{stamp}\nDTSTART;VALUE=DATE:{day}\nDTEND;VALUE=DATE:{next}\n\
         SUMMARY:{summary}\nDESCRIPTION:{text}\nTRANSP:TRANSPARENT\n{month}{week}END:VEVENT\nEND:VCALENDAR"
    )
    .lines()
    .map(fold)
    .collect()
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
