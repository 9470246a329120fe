//! Reading `scope`: which resource each entry belongs to (`sign-in.md` 2.2).

use crate::login::error::LoginError;
use crate::seed::GRAPH_RESOURCE;
use crate::state::{ServicePrincipal, Tenant};

/// Scopes that belong to sign-in itself.
const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A scope list, by resource, in the order asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes {
    /// `openid`, `profile`, `email`, `offline_access`, as asked.
    pub(crate) oidc: Vec<String>,
    /// Each resource named, with the scope values asked of it.
    pub(crate) resources: Vec<Wanted>,
}

/// What is asked of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The name as sent: a URI, or an application id.
    pub(crate) resource: String,
    pub(crate) values: Vec<String>,
    /// True when a scope came with the resource in front; the answer then writes scopes the same way.
    pub(crate) prefixed: bool,
}

impl Wanted {
    /// True for `{resource}/.default`.
    pub(crate) fn is_default(&self) -> bool {
        self.values.iter().any(|value| value == ".default")
    }
}

impl Scopes {
    /// Reads a scope text. Nonsense is `AADSTS70011`.
    pub(crate) fn read(text: &str) -> Result<Self, LoginError> {
        let mut scopes = Self::default();
        for entry in text.split_ascii_whitespace() {
            if OIDC.contains(&entry) {
                if !scopes.oidc.iter().any(|known| known == entry) {
                    scopes.oidc.push(entry.to_owned());
                }
                continue;
            }
            let (resource, value) = split(entry).ok_or_else(|| nonsense(text, entry))?;
            let wanted = scopes.wanted(resource.unwrap_or(GRAPH_RESOURCE));
            wanted.prefixed |= resource.is_some();
            if !wanted.values.iter().any(|known| known == value) {
                wanted.values.push(value.to_owned());
            }
        }
        if let Some(mixed) = scopes.resources.iter().find(|wanted| wanted.is_default() && wanted.values.len() > 1) {
            return Err(LoginError::new(
                70_011,
                "invalid_scope",
                format!(
                    "The provided value for the input parameter 'scope' is not valid. The scope {text} is not valid. \
                     .default scope can't be combined with resource-specific scopes of {}.",
                    mixed.resource
                ),
            ));
        }
        Ok(scopes)
    }

    fn wanted(&mut self, resource: &str) -> &mut Wanted {
        let at = self.resources.iter().position(|wanted| wanted.resource == resource).unwrap_or_else(|| {
            self.resources.push(Wanted { resource: resource.to_owned(), values: Vec::new(), prefixed: false });
            self.resources.len() - 1
        });
        &mut self.resources[at]
    }

    pub(crate) fn has_oidc(&self, name: &str) -> bool {
        self.oidc.iter().any(|known| known == name)
    }
}

fn nonsense(all: &str, entry: &str) -> LoginError {
    LoginError::new(
        70_011,
        "invalid_scope",
        format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {all} is not valid. The scope format is invalid at '{entry}'."
        ),
    )
}

/// `resource/value`, or a bare Graph scope.
fn split(entry: &str) -> Option<(Option<&str>, &str)> {
    let is_plain = |text: &str| {
        !text.is_empty() && text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-'))
    };
    let Some((resource, value)) = entry.rsplit_once('/') else {
        return is_plain(entry).then_some((None, entry));
    };
    let known_form = resource.split_once("://").is_some_and(|(scheme, rest)| is_plain(scheme) && !rest.is_empty())
        || uuid::Uuid::parse_str(resource).is_ok();
    (known_form && is_plain(value)).then_some((Some(resource), value))
}

/// The resource in a tenant: unknown names are 500011, known services that are missing there 650052 (`sign-in.md` 2.2).
pub(crate) fn find_resource<'a>(
    tenant: &'a Tenant,
    name: &str,
    delegated: bool,
) -> Result<&'a ServicePrincipal, LoginError> {
    if let Some(principal) = tenant.resource(name) {
        if principal.enabled {
            return Ok(principal);
        }
        return Err(LoginError::new(
            500_014,
            "invalid_resource",
            format!("The service principal for resource '{name}' is disabled."),
        ));
    }
    let is_business_central =
        name == crate::seed::BUSINESS_CENTRAL_RESOURCE || name == crate::seed::BUSINESS_CENTRAL_APP_ID.to_string();
    if delegated && is_business_central {
        return Err(LoginError::new(
            650_052,
            "invalid_client",
            format!(
                "The app needs access to a service ('{name}') that your organization '{}' has not subscribed to or \
                 enabled. Contact your IT Admin to review the configuration of your service subscriptions.",
                tenant.name
            ),
        ));
    }
    Err(LoginError::new(
        500_011,
        "invalid_resource",
        format!(
            "The resource principal named {name} was not found in the tenant named {}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in the tenant.",
            tenant.name
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::Scopes;

    #[test]
    fn each_scope_finds_its_resource_and_nonsense_is_refused() {
        let text = "openid User.Read https://graph.microsoft.com/Application.ReadWrite.All \
                    https://api.businesscentral.dynamics.com/user_impersonation";
        let scopes = Scopes::read(text).unwrap();
        assert_eq!(scopes.resources.len(), 2);
        assert_eq!(scopes.resources[0].values, ["User.Read", "Application.ReadWrite.All"]);
        assert_eq!(Scopes::read("%%%").unwrap_err().code, 70_011);
        assert_eq!(Scopes::read("https://graph.microsoft.com/").unwrap_err().code, 70_011);
        assert_eq!(Scopes::read("User.Read https://graph.microsoft.com/.default").unwrap_err().code, 70_011);
    }
}
