//! Many cases against whatever comes from outside: addresses, answers of token services, challenges, messages of pages
//! around, configuration. No panic, and no forgery that is accepted. The ordinary run takes 256 cases of each. The deep
//! tier takes a million of those whose names begin with `fuzz`, and 20,000 of those that begin a whole page per case
//! (`begun`), which for messages makes a million, fifty at a time.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use entrada::config;
use entrada::embed::contract;
use entrada::flow::host::{Standing, Surface};
use entrada::flow::{Effect, Event, Model, Moment, Start, start, update};
use entrada::protocol::authority::{Authority, Issuer};
use entrada::protocol::entropy::Entropy;
use entrada::protocol::http::Response;
use entrada::protocol::oauth::{AuthorizeAnswer, is_answer_parameter, read_answer, read_token};
use entrada::protocol::secret::Secret;
use entrada::protocol::url::{self, Address};
use entrada::protocol::{base64, challenge, claims, json as own};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Texts made of what matters, in an order that does not.
fn text_of(parts: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(select(parts), 0..most).prop_map(|parts| parts.concat())
}

const ADDRESS: &[&str] = &[
    "code",
    "state",
    "error",
    "iss",
    "claims",
    "preset",
    "=",
    "=",
    "&",
    "&",
    "#",
    "?",
    "%",
    "%2",
    "%26",
    "%3D",
    "%23",
    "+",
    "\\",
    "/",
    "//",
    ":",
    "@",
    "https://",
    "x.example",
    "evil.example",
    "\u{0}",
    "é",
    "1",
    "a",
    ";",
];

proptest! {
    #[test]
    fn fuzz_addresses(text in text_of(ADDRESS, 14)) {
        let _ = Address::parse(&text);
        if let Some(origin) = url::origin(&text) {
            prop_assert!(text.starts_with(&origin) && !origin.contains(['@', '\\', '#', '?', '%']), "{}", origin);
            prop_assert_eq!(url::origin(&format!("{origin}/x")), Some(origin));
        }
        let address = format!("https://x.example/{text}");
        if let Some(clean) = start::cleaned(&address) {
            prop_assert!(url::is_local_path(clean.split('#').next().unwrap()), "{}", clean);
            let clean = Address::parse(&format!("https://x.example{clean}")).expect("an address");
            for part in [&clean.query, &clean.fragment] {
                prop_assert!(url::pairs(part).iter().all(|(name, _)| !is_answer_parameter(name)), "{}", part);
                prop_assert!(read_answer(part).is_none());
            }
        }
        if url::is_local_path(&text) {
            prop_assert_eq!(url::origin(&format!("https://x.example{text}")), Some("https://x.example".to_owned()));
        }
    }

    #[test]
    fn fuzz_authorize_answers(text in text_of(ADDRESS, 14)) {
        let pairs = url::pairs(&text);
        let count = |name: &str| pairs.iter().filter(|(key, _)| key == name).count();
        let sound = count("state") == 1 && count("code") + count("error") == 1 && count("iss") <= 1;
        match read_answer(&text) {
            Some(AuthorizeAnswer::Code { state, .. }) => {
                prop_assert!(sound && count("code") == 1 && pairs.contains(&("state".to_owned(), state)), "{}", text);
            }
            Some(AuthorizeAnswer::Refused { .. }) => prop_assert!(sound && count("error") == 1, "{}", text),
            None => prop_assert!(!sound, "{}", text),
        }
    }

    #[test]
    fn fuzz_token_answers(
        status in select(&[200_u16, 200, 200, 201, 302, 400, 401, 429, 503][..]),
        kind in select(&[r#""Bearer""#, r#""bearer""#, r#""pop""#, "null", "7", r#"["Bearer"]"#][..]),
        token in select(&[r#""at""#, "null", "1", "{}", r#""""#][..]),
        life in select(&["3599", r#""3599""#, "-1", "1e3", r#""x""#, "18446744073709551615", "null"][..]),
        rest in text_of(&[
            r#","refresh_token":"rt""#, r#","refresh_token":7"#, r#","refresh_token_expires_in":86399"#,
            r#","refresh_token_expires_in":"x""#, r#","scope":"a b""#, r#","scope":null"#, r#","client_info":"e30""#,
            r#","client_info":"%""#, r#","token_type":"pop""#, r#","error":"x""#, "}", ",", "\\u0000",
        ], 5),
    ) {
        let body = format!(r#"{{"token_type":{kind},"access_token":{token},"expires_in":{life}{rest}}}"#);
        let answer = Response { status, headers: Vec::new(), body: Secret::new(body.clone()) };
        if let Ok(read) = read_token(&answer) {
            let value: Value = serde_json::from_str(&body).expect("only JSON is read");
            prop_assert!((200..300).contains(&status));
            prop_assert!(value["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"), "{}", body);
            prop_assert_eq!(read.access_token.open(), value["access_token"].as_str().unwrap());
        }
    }

    #[test]
    fn fuzz_id_tokens(
        aud in select(&["c", "c", "c", "C", "", "d"][..]),
        nonce in select(&["n", "n", "n", "N", ""][..]),
        tid in select(&[TENANT, TENANT, TENANT, OTHER, "x"][..]),
        issuer in select(&["https://l/{}/v2.0", "https://l/{}/v2.0", "https://l/{}/v2.0/", "https://l.evil/{}/v2.0", "https://l/x/{}/v2.0"][..]),
        at in select(&[TENANT, TENANT, OTHER, "organizations"][..]),
        (iat, exp) in (0_u64..200_000, 0_u64..200_000),
        named in select(&[None, Some(TENANT), Some(OTHER)][..]),
        parts in select(&["h.{}.s", "h.{}.s", "h.{}.s", "{}", "h.{}", "h.{}.s.t"][..]),
    ) {
        let iss = issuer.replace("{}", at);
        let payload = json!({ "aud": aud, "nonce": nonce, "tid": tid, "iss": iss, "oid": "o", "iat": iat, "exp": exp });
        let token = parts.replace("{}", &base64::encode_url(payload.to_string().as_bytes()));
        let of_login = Issuer::Entra { login: "https://l".into(), tenant: "organizations".into() };
        let named = named.map(|tenant| format!("https://l/{tenant}/v2.0"));
        let expected = claims::Expected { client_id: "c", nonce: "n", issuer: &of_login, named: named.as_deref() };
        let genuine = aud == "c"
            && nonce == "n"
            && (at == TENANT || at == OTHER)
            && iss == format!("https://l/{at}/v2.0")
            && tid == at
            && exp > iat
            && exp - iat <= 86_400
            && named.as_ref().is_none_or(|named| *named == iss)
            && parts == "h.{}.s";
        prop_assert_eq!(claims::read(&token, expected).is_ok(), genuine, "{}", payload);
    }

    #[test]
    fn fuzz_challenges(text in text_of(&[
        "Bearer ", "bearer ", "Basic ", "Negotiate", "error", "claims", "realm", "=", "=", "\"", "\"", ",", ", ", " ", "\\",
        "insufficient_claims", "invalid_token", "e30", "e30=", "W10", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ", "é",
    ], 16)) {
        let headers = vec![("www-authenticate".to_owned(), text.clone())];
        let wanted = challenge::wanted_claims(&Response { status: 401, headers, body: Secret::new("") });
        if let Some(wanted) = wanted {
            prop_assert!(serde_json::from_str::<Value>(&wanted).unwrap().is_object());
            prop_assert!(text.to_ascii_lowercase().contains("bearer") && text.contains("insufficient_claims"), "{}", text);
        }
    }

    #[test]
    fn fuzz_discovery(
        issuer in select(&["https://id.example", "https://id.example", "https://id.example/", "https://evil.example"][..]),
        addresses in proptest::collection::vec(select(&[
            "https://id.example/a", "https://other.example/a?b", "http://id.example/a", "http://localhost:1/a",
            "https://id.example/a#b", "https://u@id.example/", "javascript:x", "//id.example", "",
        ][..]), 3),
        methods in select(&["null", r#"["S256"]"#, r#"["plain"]"#, "[]", "7"][..]),
    ) {
        let body = format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"{}","token_endpoint":"{}","end_session_endpoint":"{}",
            "code_challenge_methods_supported":{methods}}}"#,
            addresses[0], addresses[1], addresses[2]
        );
        let answer = Response { status: 200, headers: Vec::new(), body: Secret::new(body) };
        let sound = |text: &&str| {
            (text.starts_with("https://") || text.starts_with("http://localhost")) && !text.contains(['#', '@'])
        };
        let fits = issuer == "https://id.example"
            && addresses.iter().all(sound)
            && (methods == "null" || methods.contains("S256"));
        prop_assert_eq!(Authority::discovered("https://id.example", &answer).is_ok(), fits);
    }
}

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "99999999-2222-3333-4444-555555555555";
const GOOD: &str = "https://login.example/organizations/oauth2/v2.0/token";
const PORTAL: &str = "https://portal.example";

fn plain_config() -> Value {
    json!({
        "clientId": "c0ffee00-e474-4da0-8000-000000000001",
        "publisher": { "name": "Example Ltd." },
        "embedding": { "hosts": [{ "origin": PORTAL, "credential": false }] },
        "endpoints": { "login": "https://login.example", "graph": "https://graph.example",
            "businessCentral": "https://central.example" },
        "presets": [{ "id": "other", "name": "Other", "kind": "ownApplication", "applicationName": "Other integration",
            "appRoles": ["API.ReadWrite.All"] }],
    })
}

fn begun(surface: Surface, address: &str, storage: Vec<(String, String)>) -> (Model, Vec<Effect>) {
    let mut model = Model::default();
    let begin = Start {
        address: address.into(),
        config: Ok(plain_config().to_string()),
        storage: Some(storage),
        languages: vec!["en".into()],
        build: "fuzz",
        surface,
    };
    let effects = happens(&mut model, Event::Started(Box::new(begin)));
    (model, effects)
}

fn happens(model: &mut Model, event: Event) -> Vec<Effect> {
    update(model, event, Moment { now: 1_000_000, entropy: Entropy::new([3; 32]) })
}

fn sends(effects: &[Effect]) -> bool {
    effects.iter().any(|it| matches!(it, Effect::Fetch { request, .. } if request.url.contains("/token")))
}

proptest! {
    #[test]
    fn begun_redemption(
        state in select(&["mine", "mine", "other", "", "MINE", "mine%00", "mine "][..]),
        (key, inside) in (select(&["mine", "mine", "other", ""][..]), select(&["mine", "mine", "other"][..])),
        token in select(&[GOOD, GOOD, GOOD, "https://evil.example/token"][..]),
        created in select(&[1_000_000_u64, 999_000, 0, 2_000_000][..]),
        version in select(&[2_u32, 2, 2, 2, 1, 3][..]),
        noise in text_of(&["", "", "", "&iss=https%3A%2F%2Fevil.example", "&code=2", "&x=1", "&error=y", "#", "%"], 3),
    ) {
        let record = json!({
            "v": version, "state": inside, "nonce": "n", "verifier": "v", "typed": "organizations", "extra": [],
            "claims": null, "consent": false, "created": created, "returnTo": "/",
            "authority": { "issuer": "", "tenant": "organizations",
                "authorization_endpoint": "https://login.example/organizations/oauth2/v2.0/authorize",
                "token_endpoint": token,
                "end_session_endpoint": "https://login.example/organizations/oauth2/v2.0/logout" },
        });
        let fragment = format!("code=abc&state={state}{noise}");
        let storage = vec![(format!("entrada.signin.{key}"), record.to_string())];
        let (model, effects) = begun(Surface::Page, &format!("https://x.example/#{fragment}"), storage);
        let read = read_answer(&fragment);
        let fits = matches!(&read, Some(AuthorizeAnswer::Code { state, issuer, .. })
            if state == key && state == inside && issuer.is_none());
        let genuine = fits && token.starts_with("https://login.example/") && (100_000..=1_000_000).contains(&created)
            && version == 2;
        prop_assert_eq!(sends(&effects), genuine, "{} {}", fragment, record);
        let forgotten = effects.iter().any(|it| matches!(it, Effect::Forget { key: gone } if gone.ends_with(key)));
        prop_assert!(forgotten, "a record is good for one page load");
        prop_assert!(model.account().is_none());
    }

    #[test]
    fn fuzz_configuration(
        place in select(&["/clientId", "/publisher", "/publisher/name", "/endpoints", "/endpoints/login", "/endpoints/graph",
            "/endpoints/businessCentral", "/presets", "/presets/0", "/presets/0/id", "/presets/0/appRoles", "/embedding",
            "/embedding/hosts", "/embedding/hosts/0", "/embedding/hosts/0/origin", "/embedding/hosts/0/credential"][..]),
        value in select(&["null", "true", "7", "-1", "1e400", "[]", "[[]]", "{}", r#"{"a":1}"#, r#""""#, r#""*""#, r#""https://*.x""#,
            r#""http://x.example""#, r#""https://x.example/p""#, r#""https://x.example""#, r#""javascript:x""#,
            r#""https://u:p@x""#, r#""\u0000""#, r#""null""#, r"[null]", r#"{"origin":"https://x","credential":"yes"}"#][..]),
        (name, extra) in (select(&["", "", "login", "authority", "cloud", "origin", "x"][..]), select(&["\"https://x.example\"", "\"china\"", "0"][..])),
    ) {
        let mut json = plain_config();
        if let Some(spot) = json.pointer_mut(place) {
            *spot = serde_json::from_str(value).unwrap_or(Value::Null);
            if let (Some(members), false) = (spot.as_object_mut(), name.is_empty()) {
                members.insert(name.into(), serde_json::from_str(extra).unwrap());
            }
        }
        if let Ok(config) = config::read(&json.to_string()) {
            let endpoints = &config.endpoints;
            let origins = [&endpoints.login, &endpoints.graph, &endpoints.business_central];
            let hosts = config.hosts.iter().map(|rule| &rule.origin);
            for origin in origins.into_iter().chain(hosts) {
                prop_assert!(url::is_trustworthy(origin), "{}", origin);
                prop_assert_eq!(url::origin(origin), Some(origin.clone()));
            }
            prop_assert!(claims::is_guid(&config.client_id) && !config.presets.is_empty());
        }
    }
}

/// A message: who says it, of which element, at which place, and what.
fn message() -> impl Strategy<Value = (Value, &'static str, bool)> {
    let from = select(&[PORTAL, PORTAL, PORTAL, "https://evil.example", "https://portal.example.evil", "null", ""][..]);
    let kind = select(&["hello", "hello", "close", "bridge-answer", "credential", "completed", "", "hello "][..]);
    let id = select(&[r#""e""#, r#""e""#, r#""f""#, r#""""#, "7", "null"][..]);
    let seq = select(&["1", "2", "3", "4", "9", "0", "-1", "1.5", r#""2""#, "18446744073709551615"][..]);
    let version = select(&["1", "1", "1", "2", r#""1""#, "null"][..]);
    let options = select(
        &[
            "null",
            "{}",
            "[]",
            r#"{"preset":"other"}"#,
            r#"{"clientId":"x","endpoints":{"login":"https://evil"}}"#,
            r#"{"theme":{"accent":"url(https://evil)"}}"#,
            r#"{"bridge":{"kind":"business-central"}}"#,
            r#"{"tenant":7}"#,
            "7",
        ][..],
    );
    (from, kind, id, seq, version, options).prop_map(|(from, kind, id, seq, version, options)| {
        let text = format!(r#"{{"entrada":{version},"type":"{kind}","id":{id},"seq":{seq},"options":{options},"request":"r","ok":true}}"#);
        let data: Value = serde_json::from_str(&text).expect("JSON");
        (json!({ "from": from, "data": data }), from, kind == "hello")
    })
}

proptest! {
    #[test]
    fn begun_host_messages(messages in proptest::collection::vec(message(), 50)) {
        let (mut model, _) = begun(Surface::Frame, "https://x.example/", Vec::new());
        let before = (format!("{:?}", model.setup), model.host.credential);
        let mut told = 0;
        for (value, from, hello) in messages {
            let (standing, ignored) = (model.host.standing, model.host.ignored);
            let heard = own::parse(&value.to_string()).expect("our reader reads JSON");
            let effects = happens(&mut model, contract::heard(&heard));
            prop_assert!(!sends(&effects));
            if from != PORTAL {
                prop_assert_eq!(model.host.ignored, ignored + 1, "a stranger was heard: {}", value);
                prop_assert!(standing == Standing::Open || model.host.standing != Standing::Open);
            }
            if standing != Standing::Open && model.host.standing == Standing::Open {
                prop_assert!(hello && value["data"]["entrada"] == 1 && value["data"]["seq"].as_u64() > Some(0), "{}", value);
                told += 1;
            }
            // What was heard once is not heard again.
            if model.host.ignored == ignored {
                let again = happens(&mut model, contract::heard(&heard));
                prop_assert_eq!(model.host.ignored, ignored + 1, "heard twice: {} {:?}", value, again.len());
            }
        }
        prop_assert!(told <= 1);
        prop_assert_eq!(before, (format!("{:?}", model.setup), model.host.credential));
    }
}
