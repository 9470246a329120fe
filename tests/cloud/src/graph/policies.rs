//! The tenant's default policy on application credentials (`graph.md` 3).

use http::Method;
use serde_json::{Value, json};

use crate::Cloud;
use crate::graph::address::Segment;
use crate::graph::error::GraphError;
use crate::graph::query::Collection;
use crate::graph::{Call, Outcome, not_allowed, query};
use crate::state::CredentialPolicy;

const POLICY: Collection<'static> = Collection {
    context: "policies/defaultAppManagementPolicy",
    properties: &[
        "id",
        "displayName",
        "description",
        "isEnabled",
        "applicationRestrictions",
        "servicePrincipalRestrictions",
    ],
    filterable: &[],
};

/// `/policies/defaultAppManagementPolicy`.
pub(crate) fn handle(cloud: &mut Cloud, call: &Call, rest: &[Segment]) -> Outcome {
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    if names != ["defaultAppManagementPolicy"] {
        return Err(GraphError::unknown_segment(names.last().copied().unwrap_or_default()));
    }
    if call.method != Method::GET {
        return Err(not_allowed());
    }
    call.need_scope(&[
        "Policy.Read.All",
        "Policy.Read.ApplicationConfiguration",
        "Policy.ReadWrite.ApplicationConfiguration",
    ])?;
    let policy = &call.tenant(cloud)?.credential_policy;
    let item = json!({
        "id": "00000000-0000-0000-0000-000000000000",
        "deletedDateTime": null,
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": policy.enabled,
        "applicationRestrictions": { "passwordCredentials": passwords(policy), "keyCredentials": keys(policy) },
        "servicePrincipalRestrictions": { "passwordCredentials": [], "keyCredentials": [] },
    });
    query::one(cloud, call, &POLICY, 200, item)
}

fn restriction(kind: &str, days: Option<u64>) -> Value {
    json!({
        "restrictionType": kind,
        "state": "enabled",
        "maxLifetime": days.map(|days| format!("P{days}D")),
        "restrictForAppsCreatedAfterDateTime": "2019-01-01T00:00:00Z",
    })
}

fn passwords(policy: &CredentialPolicy) -> Vec<Value> {
    let mut found = Vec::new();
    if policy.secrets_forbidden {
        found.push(restriction("passwordAddition", None));
    }
    if policy.secret_max_days.is_some() {
        found.push(restriction("passwordLifetime", policy.secret_max_days));
    }
    found
}

fn keys(policy: &CredentialPolicy) -> Vec<Value> {
    policy.certificate_max_days.map(|days| restriction("asymmetricKeyLifetime", Some(days))).into_iter().collect()
}
