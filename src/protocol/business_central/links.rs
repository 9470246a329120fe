//! Links into the web client (business-central.md 4). Its address comes from the list of environments, because hosts of
//! embedded apps differ; it may already have a query. `runinframe` would make a page of its own wait for a parent for
//! ever, so it is not passed on.

use crate::gather::Gather;
use crate::protocol::url;

/// The list of Entra application records, showing this one. Whether a guid needs braces here is not established
/// (business-central.md 4).
pub fn record_link(web_client: &str, company: &str, client_id: &str) -> String {
    link(web_client, company, "9860", &[("filter", &is("Client Id", client_id))])
}

/// An empty card of the record. It takes no values from a link.
pub fn new_record_link(web_client: &str, company: &str) -> String {
    link(web_client, company, "9861", &[("mode", "Create")])
}

fn is(field: &str, value: &str) -> String {
    ["'", field, "' IS '", &value.replace('\'', "''"), "'"].concat()
}

/// An empty company leaves the choice to the web client.
fn link(web_client: &str, company: &str, page: &str, rest: &[(&str, &str)]) -> String {
    let address = web_client.split('#').next().unwrap_or_default();
    let (place, query) = address.split_once('?').unwrap_or((address, ""));
    let ours = ["company", "page", "filter", "mode", "bookmark", "runinframe"];
    let mut pairs = url::pairs(query);
    pairs.retain(|(name, _)| !ours.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let mut all: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).gather();
    if !company.is_empty() {
        all.push(("company", company));
    }
    all.push(("page", page));
    all.extend_from_slice(rest);
    [place.trim_end_matches('/'), "/?", &url::write_pairs(&all)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "https://businesscentral.dynamics.com/cronus.example/My%20Sandbox";

    #[test]
    fn links_keep_the_place_and_encode_the_rest() {
        assert_eq!(
            record_link(CLIENT, "CRONUS & Søn", "0a-1"),
            format!("{CLIENT}/?company=CRONUS%20%26%20S%C3%B8n&page=9860&filter=%27Client%20Id%27%20IS%20%270a-1%27")
        );
        assert_eq!(new_record_link(&format!("{CLIENT}/"), ""), format!("{CLIENT}/?page=9861&mode=Create"));
    }

    #[test]
    fn a_query_that_is_there_already_stays_but_for_what_would_fight_ours() {
        let given = format!("{CLIENT}?tenant=a%20b&RunInFrame=1&page=22&dc=0#x");
        assert_eq!(
            new_record_link(&given, "C"),
            format!("{CLIENT}/?tenant=a%20b&dc=0&company=C&page=9861&mode=Create")
        );
    }
}
