//! The messages, both ways. Version 1: `{ entrada: 1, type, id, seq, … }`.

use crate::flow::Event;
use crate::flow::host::{Bridge, BridgeAnswer, HostSaid, Options, Tell, Word};
use crate::gather::Also;
use crate::protocol::date;
use crate::protocol::json::{Value, json};
use crate::protocol::secret::Secret;

/// The version both sides have to speak.
pub const VERSION: u32 = 1;

/// Everything a page around can be told, in the order of `www/embed.d.ts`.
pub const TYPES: [&str; 10] = [
    "ready",
    "resized",
    "plan-ready",
    "step-changed",
    "completed",
    "blocked",
    "failed",
    "closed",
    "credential",
    "bridge-request",
];

/// Longest identity an element may give itself.
const LONGEST_ID: usize = 64;

/// What the frame's script hands in: `{ from, data }`, a message of the page around with its origin; or `{ height }`, its own measure.
pub fn heard(value: &Value) -> Event {
    if let Some(height) = value["height"].as_u64() {
        return Event::Resized(height);
    }
    let data = &value["data"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, seq) = (text(&data["id"]), data["seq"].as_u64().unwrap_or_default());
    let sound = data["entrada"].as_u64() == Some(VERSION.into()) && (1..=LONGEST_ID).contains(&id.len()) && seq > 0;
    let word = if sound { word(data) } else { Word::Noise };
    said(&text(&value["from"]), id, seq, word)
}

/// What a page says that has mounted the program: the message without its envelope.
pub fn spoken(value: &Value, origin: &str, seq: u64) -> Event {
    said(origin, "module".into(), seq, word(value))
}

fn said(from: &str, id: String, seq: u64, word: Word) -> Event {
    Event::HostSaid(Box::new(HostSaid { from: from.into(), id, seq, word }))
}

fn word(data: &Value) -> Word {
    match data["type"].as_str() {
        Some("hello") => options(&data["options"]).map_or(Word::Noise, |options| Word::Hello(Box::new(options))),
        Some("bridge-answer") => answer(data).map_or(Word::Noise, |answer| Word::BridgeAnswer(Box::new(answer))),
        Some("close") => Word::Close,
        _ => Word::Noise,
    }
}

/// Names are judged by `flow`, as those of a link are; a value that is no text is as wrong as an empty one.
fn options(value: &Value) -> Option<Options> {
    let mut options = Options::default();
    if value.is_null() {
        return Some(options);
    }
    for (name, value) in value.as_object()? {
        match name.as_str() {
            "bridge" => options.bridge = Some(bridge(value)?),
            "theme" => {
                let tokens = value.as_object()?.iter();
                options.pairs.also(tokens.map(|(token, value)| (["theme.", token].concat(), shown(value))));
            }
            _ => options.pairs.push((name.clone(), shown(value))),
        }
    }
    Some(options)
}

fn shown(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn bridge(value: &Value) -> Option<Bridge> {
    (value["kind"] == "business-central").then_some(())?;
    Some(Bridge {
        version: shown(&value["version"]),
        tenant: shown(&value["tenant"]),
        environment: value["environment"].as_str()?.to_owned(),
        company: shown(&value["company"]),
    })
}

fn answer(value: &Value) -> Option<BridgeAnswer> {
    // A no without a reason could not be shown.
    let sound = value["ok"].as_bool()? || value["error"].as_str().is_some();
    let request = value["request"].as_str().filter(|_| sound)?.to_owned();
    Some(BridgeAnswer { request, message: value.clone() })
}

/// Type and members of what is told on request.
pub(super) fn tell(tell: &Tell) -> (&'static str, Value) {
    match tell {
        Tell::Credential(it) => (
            "credential",
            json!({
                "clientId": &it.client_id, "tenantId": &it.tenant,
                "secret": it.secret.as_ref().map(Secret::open),
                "expires": it.ends.map(date::rfc3339), "scope": &it.scope, "tokenUrl": &it.token_url,
            }),
        ),
        Tell::Bridge(members) => ("bridge-request", members.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::json::parse;

    fn read(text: &str) -> HostSaid {
        match heard(&parse(text).unwrap()) {
            Event::HostSaid(said) => *said,
            other => panic!("{other:?}"),
        }
    }

    fn from_portal(data: &str) -> HostSaid {
        read(&format!(r#"{{"from":"https://portal.example","data":{data}}}"#))
    }

    #[test]
    fn a_first_message_is_read() {
        let said = from_portal(
            r##"{"entrada":1,"type":"hello","id":"a","seq":1,"options":{"preset":"magento","lang":7,"theme":{"accent":"#123"},
                "bridge":{"kind":"business-central","environment":"Production"}}}"##,
        );
        assert_eq!((said.from.as_str(), said.id.as_str(), said.seq), ("https://portal.example", "a", 1));
        let Word::Hello(options) = said.word else { panic!("{:?}", said.word) };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(options.pairs, [pair("preset", "magento"), pair("lang", ""), pair("theme.accent", "#123")]);
        assert_eq!(options.bridge.unwrap().environment, "Production");
    }

    #[test]
    fn what_is_not_sound_is_noise() {
        for data in [
            "null",
            "7",
            "[]",
            "\"hello\"",
            "{}",
            r#"{"type":"hello","id":"a","seq":1}"#,
            r#"{"entrada":2,"type":"hello","id":"a","seq":1}"#,
            r#"{"entrada":"1","type":"hello","id":"a","seq":1}"#,
            r#"{"entrada":1,"type":"hello","id":"","seq":1}"#,
            r#"{"entrada":1,"type":"hello","id":7,"seq":1}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":0}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":-1}"#,
            r#"{"entrada":1,"type":"hello","id":"a"}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":1,"options":"x"}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":1,"options":{"theme":"x"}}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":1,"options":{"bridge":{"kind":"other","environment":"P"}}}"#,
            r#"{"entrada":1,"type":"hello","id":"a","seq":1,"options":{"bridge":{"kind":"business-central"}}}"#,
            r#"{"entrada":1,"type":"ready","id":"a","seq":1}"#,
            r#"{"entrada":1,"type":"bridge-answer","id":"a","seq":1,"request":"r"}"#,
            r#"{"entrada":1,"type":"bridge-answer","id":"a","seq":1,"ok":true}"#,
            r#"{"entrada":1,"type":"bridge-answer","id":"a","seq":1,"request":"r","ok":false}"#,
        ] {
            assert_eq!(from_portal(data).word, Word::Noise, "{data}");
        }
        assert_eq!(
            from_portal(&format!(r#"{{"entrada":1,"type":"close","id":"{}","seq":1}}"#, "x".repeat(65))).word,
            Word::Noise
        );
    }

    #[test]
    fn a_parent_cannot_speak_for_the_frame() {
        // Its message arrives inside `data`, whatever it looks like; without `from` it is from nowhere.
        assert_eq!(from_portal(r#"{"height":5,"from":"https://other.example"}"#).word, Word::Noise);
        let said = read(r#"{"data":{"entrada":1,"type":"close","id":"a","seq":1}}"#);
        assert_eq!((said.from.as_str(), said.word), ("", Word::Close));
        assert!(matches!(heard(&parse(r#"{"height":640}"#).unwrap()), Event::Resized(640)));
    }

    #[test]
    fn answers_of_the_bridge_are_read() {
        let text = |ok: &str| format!(r#"{{"entrada":1,"type":"bridge-answer","id":"a","seq":2,"request":"r1",{ok}}}"#);
        let Word::BridgeAnswer(answer) = from_portal(&text(r#""ok":true,"userId":"u""#)).word else { panic!() };
        assert_eq!((answer.request.as_str(), answer.message["userId"].as_str()), ("r1", Some("u")));
        let Word::BridgeAnswer(answer) = from_portal(&text(r#""ok":false,"error":"no","code":"c""#)).word else {
            panic!()
        };
        assert_eq!((answer.message["error"].as_str(), answer.message["code"].as_str()), (Some("no"), Some("c")));
    }
}
