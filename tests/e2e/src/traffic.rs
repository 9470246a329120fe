//! What the browser sent and when, as the browser's own network log tells it. The server's log cannot tell what went
//! elsewhere; this can.

use std::collections::HashMap;

use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Address.
    pub url: String,
    /// `Document`, `Fetch`, `Script`, … A preflight is `Other` here, and known by its method, `OPTIONS`.
    pub kind: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// Every header and the body, to look for what should not be there.
    pub content: String,
    /// When it left, seconds on the browser's clock.
    pub left: f64,
    /// When its answer was complete, or it failed.
    pub ended: Option<f64>,
    /// Status of the answer.
    pub status: Option<u64>,
}

impl Sent {
    /// Scheme and authority.
    pub fn origin(&self) -> &str {
        let start = self.url.find("://").map_or(0, |at| at + 3);
        let end = self.url[start..].find(['/', '?', '#']).map_or(self.url.len(), |at| start + at);
        &self.url[..end]
    }
}

/// All of them, in the order they left.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    sent: Vec<Sent>,
    open: HashMap<String, usize>,
    questions: Vec<String>,
}

impl Traffic {
    /// Takes in what chromedriver's performance log has to say.
    pub(crate) fn read(&mut self, entries: &Value) {
        for entry in entries.as_array().into_iter().flatten() {
            let Some(event) = entry["message"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok())
            else {
                continue;
            };
            let message = &event["message"];
            self.event(message["method"].as_str().unwrap_or_default(), &message["params"]);
        }
    }

    fn event(&mut self, name: &str, params: &Value) {
        let id = params["requestId"].as_str().unwrap_or_default().to_owned();
        let time = params["timestamp"].as_f64();
        match name {
            "Network.requestWillBeSent" => {
                // A redirect goes on under the same id.
                if let Some(&before) = self.open.get(&id)
                    && !params["redirectResponse"].is_null()
                {
                    self.sent[before].ended = time;
                    self.sent[before].status = params["redirectResponse"]["status"].as_u64();
                }
                let request = &params["request"];
                let url = request["url"].as_str().unwrap_or_default();
                // What the browser makes out of itself goes nowhere.
                if ["data:", "blob:", "about:", "chrome:"].iter().any(|scheme| url.starts_with(scheme)) {
                    return;
                }
                let headers = request["headers"].as_object().cloned().unwrap_or_default();
                let authorization = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
                self.open.insert(id, self.sent.len());
                self.sent.push(Sent {
                    method: request["method"].as_str().unwrap_or_default().to_owned(),
                    url: url.to_owned() + request["urlFragment"].as_str().unwrap_or_default(),
                    kind: params["type"].as_str().unwrap_or_default().to_owned(),
                    authorization: authorization.and_then(|(_, value)| value.as_str()).map(str::to_owned),
                    content: format!("{request}"),
                    left: time.unwrap_or_default(),
                    ended: None,
                    status: None,
                });
            }
            "Page.javascriptDialogOpening" => {
                self.questions.push(params["type"].as_str().unwrap_or_default().to_owned());
            }
            "Network.responseReceived" => {
                if let Some(sent) = self.of(&id) {
                    sent.status = params["response"]["status"].as_u64();
                }
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                if let Some(sent) = self.of(&id) {
                    sent.ended = time;
                }
            }
            _ => {}
        }
    }

    fn of(&mut self, id: &str) -> Option<&mut Sent> {
        self.open.get(id).and_then(|at| self.sent.get_mut(*at))
    }

    /// Every request.
    pub fn all(&self) -> &[Sent] {
        &self.sent
    }

    /// What kinds of questions the browser asked a person, such as `beforeunload`. Only a visitor's browser tells.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// The requests the page's program made, without the browser's preflights.
    pub fn of_the_program(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|sent| matches!(sent.kind.as_str(), "Fetch" | "XHR"))
    }

    /// What came after as many requests as `before` had.
    pub fn since(&self, before: &Self) -> Vec<Sent> {
        self.sent[before.sent.len()..].to_vec()
    }

    /// How many of `requests` had to be waited for, one after the other, until the one at `last` was answered: a
    /// request may depend on every one that was answered before it left.
    pub fn round_trips(requests: &[&Sent], last: usize) -> usize {
        Self::weighed_round_trips(requests, last, |_| 1)
    }

    /// The same over a line where a browser's question before a request takes as long as the request: every question belongs to
    /// one request for its address.
    pub fn round_trips_with_preflights(requests: &[&Sent], last: usize, preflights: &[&Sent]) -> usize {
        let mut left: Vec<&str> = preflights.iter().map(|asked| asked.url.as_str()).collect();
        let weights: Vec<usize> = requests
            .iter()
            .map(|sent| match left.iter().position(|url| *url == sent.url) {
                Some(at) => {
                    left.swap_remove(at);
                    2
                }
                None => 1,
            })
            .collect();
        Self::weighed_round_trips(requests, last, |index| weights[index])
    }

    fn weighed_round_trips(requests: &[&Sent], last: usize, weight: impl Fn(usize) -> usize) -> usize {
        let mut depth = vec![0; requests.len()];
        for (index, request) in requests.iter().enumerate() {
            let waited_for = requests[..index]
                .iter()
                .zip(&depth)
                .filter(|(before, _)| before.ended.is_some_and(|ended| ended <= request.left));
            depth[index] = weight(index) + waited_for.map(|(_, depth)| *depth).max().unwrap_or(0);
        }
        depth[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(left: f64, ended: f64) -> Sent {
        let text = String::new;
        Sent {
            method: text(),
            url: "http://localhost:1/a".into(),
            kind: text(),
            authorization: None,
            content: text(),
            left,
            ended: Some(ended),
            status: None,
        }
    }

    #[test]
    fn side_by_side_requests_are_one_round_trip() {
        let all = [sent(0.0, 1.0), sent(0.0, 1.2), sent(1.0, 2.0), sent(2.1, 3.0)];
        let all: Vec<&Sent> = all.iter().collect();
        assert_eq!(Traffic::round_trips(&all, 1), 1);
        assert_eq!(Traffic::round_trips(&all, 2), 2);
        assert_eq!(Traffic::round_trips(&all, 3), 3);
        assert_eq!(all[0].origin(), "http://localhost:1");
        let asked = sent(1.1, 1.5);
        assert_eq!(Traffic::round_trips_with_preflights(&all, 3, &[&asked, &asked, &asked, &asked]), 6);
        let other = Sent { url: "http://localhost:1/b".into(), ..asked };
        assert_eq!(Traffic::round_trips_with_preflights(&all, 3, &[&other]), 3);
    }
}
