//! Whatever comes in, the readers of addresses, answers and configuration neither panic nor accept what is not ours.
#![cfg(not(target_arch = "wasm32"))]

use entrada::config;
use entrada::flow::start::cleaned;
use entrada::protocol::authority::Issuer;
use entrada::protocol::http::Response;
use entrada::protocol::oauth::{AuthorizeAnswer, read_answer, read_token};
use entrada::protocol::secret::Secret;
use entrada::protocol::url::{self, Address};
use entrada::protocol::{base64, business_central, claims, date, graph};
use proptest::prelude::*;

fn answer(status: u16, body: String) -> Response {
    Response { status, headers: Vec::new(), body: Secret::new(body) }
}

fn record_api() -> business_central::RecordApi {
    business_central::RecordApi {
        collection: business_central::Collection::WebService("s".into()),
        fields: business_central::RecordFields::companion(),
        action: None,
    }
}

proptest! {
    #[test]
    fn percent_encoding_goes_out_and_comes_back(text in ".*") {
        prop_assert_eq!(url::decode(&url::encode(&text)), text);
    }

    #[test]
    fn pairs_survive_whatever_they_hold(name in "[a-z_]{1,8}", value in ".*") {
        let written = url::write_pairs(&[(name.as_str(), value.as_str())]);
        prop_assert_eq!(url::pairs(&written), vec![(name, value)]);
    }

    #[test]
    fn base64_goes_out_and_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(base64::decode(&base64::encode_url(&bytes)), Some(bytes));
    }

    #[test]
    fn dates_go_out_and_come_back(seconds in 0_u64..200_000_000_000) {
        let ms = seconds % 253_402_300_800 * 1000;
        prop_assert_eq!(date::parse(&date::rfc3339(ms)), Some(ms));
        prop_assert!(date::add_months(ms, 6) > ms);
    }

    #[test]
    fn no_address_brings_the_reader_down(text in ".*") {
        let _ = Address::parse(&text);
        let _ = cleaned(&format!("https://x.example/{text}"));
        let _ = url::origin(&text);
    }

    #[test]
    fn a_cleaned_address_holds_no_answer_and_stays_on_our_origin(
        path in "[a-z/]{0,12}",
        code in "[A-Za-z0-9_-]{1,20}",
        state in "[a-f0-9-]{1,36}",
        other in "[a-z]{2,6}",
    ) {
        prop_assume!(!["code", "state", "error", "claims", "iss"].contains(&other.as_str()));
        let address = format!("https://x.example/{path}?{other}=1&code={code}#state={state}&{other}=2&code={code}");
        let clean = cleaned(&address).expect("there is an answer in it");
        prop_assert!(!clean.contains("code=") && !clean.contains("state="), "{}", clean);
        prop_assert!(clean.starts_with('/') && !clean.starts_with("//"), "{}", clean);
    }

    #[test]
    fn an_answer_needs_exactly_one_state_and_one_of_code_or_error(text in "(code|state|error|x|&|=|[a-z0-9]){0,14}") {
        if let Some(answer) = read_answer(&text) {
            let pairs = url::pairs(&text);
            let count = |name: &str| pairs.iter().filter(|(key, _)| key == name).count();
            prop_assert_eq!(count("state"), 1);
            prop_assert_eq!(count("code") + count("error"), 1);
            let is_code = matches!(answer, AuthorizeAnswer::Code { .. });
            prop_assert_eq!(is_code, count("code") == 1);
        }
    }

    #[test]
    fn only_paths_of_our_own_are_local(text in ".*") {
        if url::is_local_path(&text) {
            let joined = format!("https://x.example{text}");
            prop_assert_eq!(url::origin(&joined), Some("https://x.example".to_owned()));
            prop_assert!(!text.starts_with("//") && !text.contains('\\'));
        }
    }

    #[test]
    fn no_body_brings_a_reader_down(status in 100_u16..600, body in ".*") {
        let answer = answer(status, body);
        let _ = read_token(&answer);
        let _ = graph::read_batch(&answer);
        let _ = graph::read_application(&answer);
        let _ = graph::read_policy(&answer);
        let _ = business_central::read_environments(&answer);
        let _ = business_central::read_user_permissions(&answer);
        let _ = business_central::read_record(&record_api(), &answer);
    }

    #[test]
    fn no_token_is_accepted_that_was_not_made_for_this_request(payload in ".*") {
        let issuer = Issuer::Entra { login: "https://l".into(), tenant: "organizations".into() };
        let expected = claims::Expected { client_id: "c", nonce: "n", issuer: &issuer, named: None };
        let token = format!("e.{}.s", base64::encode_url(payload.as_bytes()));
        prop_assert!(claims::read(&token, expected).is_err());
        prop_assert!(claims::read(&payload, expected).is_err());
    }

    #[test]
    fn no_configuration_brings_the_page_down(text in ".*") {
        prop_assert!(config::read(&text).is_err());
    }

    #[test]
    fn a_changed_configuration_is_read_or_refused_with_its_place(key in "[a-zA-Z]{1,12}", value in "[ -~]{0,20}") {
        let shipped = include_str!("../www/config.json");
        let mut json: serde_json::Value = serde_json::from_str(shipped).expect("the shipped file is JSON");
        json[&key] = serde_json::Value::String(value);
        if let Err(config::ConfigError::Wrong(misread)) = config::read(&json.to_string()) {
            prop_assert!(misread.at.starts_with(&format!("$.{key}")), "{}", misread);
        }
    }
}
