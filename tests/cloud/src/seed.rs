//! Every name and id of the seeded world. Tests and the demo name people and tenants by these constants.

use uuid::{Uuid, uuid};

/// Client id of the page's own multi-tenant application.
pub const ENTRADA_CLIENT_ID: Uuid = uuid!("c0ffee00-e474-4da0-8000-000000000001");
/// Its display name.
pub const ENTRADA_NAME: &str = "Entrada";
/// Its verified publisher.
pub const ENTRADA_PUBLISHER: &str = "Entrada Project (local stand-in)";
/// Id of that publisher.
pub const ENTRADA_PUBLISHER_ID: &str = "4711000";

/// Microsoft Graph's application id.
pub const GRAPH_APP_ID: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
/// Microsoft Graph's identifier in scopes, whatever the base URLs are.
pub const GRAPH_RESOURCE: &str = "https://graph.microsoft.com";
/// Business Central's application id (`business-central.md` 1.3).
pub const BUSINESS_CENTRAL_APP_ID: Uuid = uuid!("996def3d-b36c-4153-8607-a6fd3c01b89f");
/// Business Central's identifier in scopes, whatever the base URLs are.
pub const BUSINESS_CENTRAL_RESOURCE: &str = "https://api.businesscentral.dynamics.com";
/// The tenant Microsoft's own applications are registered in.
pub const MICROSOFT_TENANT: Uuid = uuid!("f8cdef31-a31e-4b4a-93e4-5f571e91255a");

/// App role `API.ReadWrite.All` of Business Central (`business-central.md` 1.3).
pub const ROLE_API: Uuid = uuid!("a42b0b75-311e-488d-b67e-8fe84f924341");
/// App role `Automation.ReadWrite.All`.
pub const ROLE_AUTOMATION: Uuid = uuid!("d365bc00-a990-0000-00bc-160000000001");
/// App role `AdminCenter.ReadWrite.All`.
pub const ROLE_ADMIN_CENTER: Uuid = uuid!("a20fe46f-4f63-4666-8e0e-9b882d90b837");
/// App role `app_access`.
pub const ROLE_APP_ACCESS: Uuid = uuid!("3983b928-ed40-4111-bbad-e7910cf234bd");
/// Delegated scope `Financials.ReadWrite.All` of Business Central.
pub const SCOPE_FINANCIALS: Uuid = uuid!("2fb13c28-9d89-417f-9af2-ec3065bc16e6");
/// Delegated scope `user_impersonation` of Business Central.
pub const SCOPE_USER_IMPERSONATION: Uuid = uuid!("bce0976a-cb0b-473b-8800-84eda9f8e447");

/// Directory role templates (`graph.md` 8).
pub mod roles {
    use uuid::{Uuid, uuid};

    /// Global Administrator.
    pub const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
    /// Privileged Role Administrator.
    pub const PRIVILEGED_ROLE_ADMINISTRATOR: Uuid = uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814");
    /// Application Administrator.
    pub const APPLICATION_ADMINISTRATOR: Uuid = uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3");
    /// Cloud Application Administrator.
    pub const CLOUD_APPLICATION_ADMINISTRATOR: Uuid = uuid!("158c047a-c907-4556-b7ef-446551a6b5f7");
    /// Application Developer.
    pub const APPLICATION_DEVELOPER: Uuid = uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c");
    /// Dynamics 365 Administrator.
    pub const DYNAMICS_365_ADMINISTRATOR: Uuid = uuid!("44367163-eba1-44c3-98af-f5787879f96a");
    /// Dynamics 365 Business Central Administrator.
    pub const BUSINESS_CENTRAL_ADMINISTRATOR: Uuid = uuid!("963797fb-eb3b-4cde-8ce3-5878b3f32a3f");
    /// User Administrator.
    pub const USER_ADMINISTRATOR: Uuid = uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1");
    /// Identity Governance Administrator.
    pub const IDENTITY_GOVERNANCE_ADMINISTRATOR: Uuid = uuid!("45d8d3c5-c802-45c6-b32a-1d70b5e1e86e");
    /// Hybrid Identity Administrator.
    pub const HYBRID_IDENTITY_ADMINISTRATOR: Uuid = uuid!("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2");
    /// Directory Writers.
    pub const DIRECTORY_WRITERS: Uuid = uuid!("9360feb5-f418-4baa-8175-e2a00bac4301");
    /// Security Administrator.
    pub const SECURITY_ADMINISTRATOR: Uuid = uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d");

    /// The name a portal shows for a template id.
    pub fn name(template: Uuid) -> &'static str {
        match template {
            GLOBAL_ADMINISTRATOR => "Global Administrator",
            PRIVILEGED_ROLE_ADMINISTRATOR => "Privileged Role Administrator",
            APPLICATION_ADMINISTRATOR => "Application Administrator",
            CLOUD_APPLICATION_ADMINISTRATOR => "Cloud Application Administrator",
            APPLICATION_DEVELOPER => "Application Developer",
            DYNAMICS_365_ADMINISTRATOR => "Dynamics 365 Administrator",
            BUSINESS_CENTRAL_ADMINISTRATOR => "Dynamics 365 Business Central Administrator",
            USER_ADMINISTRATOR => "User Administrator",
            IDENTITY_GOVERNANCE_ADMINISTRATOR => "Identity Governance Administrator",
            HYBRID_IDENTITY_ADMINISTRATOR => "Hybrid Identity Administrator",
            DIRECTORY_WRITERS => "Directory Writers",
            SECURITY_ADMINISTRATOR => "Security Administrator",
            _ => "Custom role",
        }
    }
}

/// A person of the seeded world.
#[derive(Clone, Copy, Debug)]
pub struct SeedPerson {
    /// Object id in the home tenant.
    pub oid: Uuid,
    /// User principal name.
    pub upn: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Directory roles in the home tenant.
    pub roles: &'static [Uuid],
}

/// Cronus International: the tenant most stories play in.
pub const CRONUS: Uuid = uuid!("c0000000-0000-4000-8000-00000000c001");
/// Its first domain.
pub const CRONUS_DOMAIN: &str = "cronus.example";
/// Fabrikam: a second tenant, with Business Central.
pub const FABRIKAM: Uuid = uuid!("c0000000-0000-4000-8000-00000000fab1");
/// Its first domain.
pub const FABRIKAM_DOMAIN: &str = "fabrikam.example";
/// Northwind: a third tenant, without Business Central.
pub const NORTHWIND: Uuid = uuid!("c0000000-0000-4000-8000-000000000a0d");
/// Its first domain.
pub const NORTHWIND_DOMAIN: &str = "northwind.example";
/// The partner's own tenant.
pub const PARTNER: Uuid = uuid!("c0000000-0000-4000-8000-0000000b0b01");
/// Its first domain.
pub const PARTNER_DOMAIN: &str = "partner.example";
/// The tenant Entrada is registered in; nobody signs in there.
pub const VENDOR: Uuid = uuid!("c0000000-0000-4000-8000-0000000e0e01");
/// Its first domain.
pub const VENDOR_DOMAIN: &str = "entrada.example";

/// Multi-tenant integrations of a vendor, by client id and name (`business-central.md` 7).
pub const VENDOR_INTEGRATIONS: [(Uuid, &str); 3] = [
    (uuid!("bdf6bb95-9dad-4504-91ab-8404427f4043"), "JQ Runner"),
    (uuid!("eb29ef3d-edea-44b1-b5f7-4bd4eb360c29"), "Adyen Webhook"),
    (uuid!("cc658235-645e-4fd3-a254-2f777077579a"), "Shopify Webhooks"),
];

/// Global Administrator of Cronus and SUPER in Business Central.
pub const ADA: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000a1"),
    upn: "ada@cronus.example",
    name: "Ada Lindqvist",
    roles: &[roles::GLOBAL_ADMINISTRATOR],
};
/// Application Administrator of Cronus without any right in Business Central.
pub const ANTON: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000a2"),
    upn: "anton@cronus.example",
    name: "Anton Berg",
    roles: &[roles::APPLICATION_ADMINISTRATOR],
};
/// Business Central Administrator of Cronus and SUPER there, without an Entra role for applications.
pub const BEA: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000a3"),
    upn: "bea@cronus.example",
    name: "Bea Holm",
    roles: &[roles::BUSINESS_CENTRAL_ADMINISTRATOR],
};
/// Ordinary user of Cronus: no roles, an ordinary Business Central user.
pub const OMAR: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000a4"),
    upn: "omar@cronus.example",
    name: "Omar Ordinary",
    roles: &[],
};
/// Global Administrator of Cronus for whom Business Central asks for a second factor (`interaction_required` on refresh).
pub const MIA: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000a5"),
    upn: "mia@cronus.example",
    name: "Mia Falk",
    roles: &[roles::GLOBAL_ADMINISTRATOR],
};
/// Partner of Cronus with delegated administration (GDAP): Cloud Application and Business Central Administrator there.
pub const PIA: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000b1"),
    upn: "pia@partner.example",
    name: "Pia Partner",
    roles: &[],
};
/// Roles Pia holds in Cronus by delegation.
pub const PIA_IN_CRONUS: &[Uuid] = &[roles::CLOUD_APPLICATION_ADMINISTRATOR, roles::BUSINESS_CENTRAL_ADMINISTRATOR];
/// Global Administrator of Fabrikam.
pub const GUS: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000f1"),
    upn: "gus@fabrikam.example",
    name: "Gus Fabre",
    roles: &[roles::GLOBAL_ADMINISTRATOR],
};
/// Global Administrator of Northwind.
pub const NORA: SeedPerson = SeedPerson {
    oid: uuid!("a0000000-0000-4000-8000-0000000000d1"),
    upn: "nora@northwind.example",
    name: "Nora West",
    roles: &[roles::GLOBAL_ADMINISTRATOR],
};
