//! How far a set-up of the Magento preset in Production has come, and moments at which it can be cut off exactly.

use entrada_cloud::business_central::State;
use entrada_cloud::seed::{self, CRONUS_DOMAIN};
use entrada_cloud::state::Application;
use entrada_cloud::{Cloud, Effect, Fault};

use crate::World;

/// What there is of a set-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Applications with its unique name.
    pub applications: usize,
    /// App roles granted to them.
    pub grants: usize,
    /// Records of them in Production.
    pub records: usize,
    /// Those that are enabled.
    pub enabled_records: usize,
    /// Permission sets their users have.
    pub sets: usize,
    /// Client secrets.
    pub secrets: usize,
}

impl Made {
    const NOTHING: Self = Self { applications: 0, grants: 0, records: 0, enabled_records: 0, sets: 0, secrets: 0 };

    /// Looks.
    pub fn in_the(cloud: &Cloud) -> Self {
        let tenant = cloud.tenant(CRONUS_DOMAIN).expect("Cronus");
        let ours = ours(cloud);
        let is_ours = |id| ours.iter().any(|it| it.app_id == id);
        let principals: Vec<_> = tenant.service_principals.iter().filter(|it| is_ours(it.app_id)).collect();
        let production = &cloud.business_central().tenant(seed::CRONUS).expect("Cronus").environments[0];
        let records: Vec<_> = production.entra_applications.iter().filter(|it| is_ours(it.client_id)).collect();
        let grants = tenant.app_role_assignments.iter();
        let rows = production.access_control.iter();
        Self {
            applications: ours.len(),
            grants: grants.filter(|it| principals.iter().any(|principal| principal.id == it.principal)).count(),
            records: records.len(),
            enabled_records: records.iter().filter(|it| it.state == State::Enabled).count(),
            sets: rows.filter(|it| records.iter().any(|record| record.user_id == it.user)).count(),
            secrets: ours.iter().map(|it| it.secrets.len()).sum(),
        }
    }

    /// Key ids of the secrets.
    pub fn key_ids(cloud: &Cloud) -> Vec<String> {
        ours(cloud).iter().flat_map(|it| &it.secrets).map(|secret| secret.key_id.to_string()).collect()
    }
}

fn ours(cloud: &Cloud) -> Vec<&Application> {
    let all = &cloud.tenant(CRONUS_DOMAIN).expect("Cronus").applications;
    all.iter().filter(|it| it.unique_name.as_deref() == Some("entrada-magento-main")).collect()
}

/// A request that waits before or after its work, and what there is once nothing else goes on beside it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    method: &'static str,
    path: &'static str,
    carried_out: bool,
    /// What there is then.
    pub made: Made,
}

impl Moment {
    /// Nothing is there.
    pub const BEFORE_THE_APPLICATION: Self =
        Self { method: "PATCH", path: "/applications(uniqueName", carried_out: false, made: Made::NOTHING };
    /// The application is there, and its answer has not arrived.
    pub const AFTER_THE_APPLICATION: Self =
        Self { carried_out: true, made: Made { applications: 1, ..Made::NOTHING }, ..Self::BEFORE_THE_APPLICATION };
    /// Consent was given, and nothing is in Business Central.
    pub const BEFORE_THE_RECORD: Self = Self {
        method: "POST",
        path: "/entraApplications",
        carried_out: false,
        made: Made { grants: 2, ..Self::AFTER_THE_APPLICATION.made },
    };
    /// The record is there and not enabled.
    pub const BEFORE_THE_RECORD_IS_ENABLED: Self = Self {
        method: "PATCH",
        path: "/entraApplications(",
        carried_out: false,
        made: Made { records: 1, ..Self::BEFORE_THE_RECORD.made },
    };
    /// The record is enabled, and its answer has not arrived.
    pub const AFTER_THE_RECORD: Self = Self {
        carried_out: true,
        made: Made { enabled_records: 1, ..Self::BEFORE_THE_RECORD_IS_ENABLED.made },
        ..Self::BEFORE_THE_RECORD_IS_ENABLED
    };
    /// One of two permission sets was given.
    pub const DURING_THE_PERMISSION_SETS: Self = Self {
        method: "POST",
        path: "/userPermissions",
        carried_out: false,
        made: Made { sets: 1, ..Self::AFTER_THE_RECORD.made },
    };
    /// Everything is there but the secret.
    pub const BEFORE_THE_SECRET: Self = Self {
        method: "POST",
        path: "/addPassword",
        carried_out: false,
        made: Made { sets: 2, ..Self::AFTER_THE_RECORD.made },
    };
    /// The secret is there, and its answer has not arrived.
    pub const AFTER_THE_SECRET: Self = Self {
        carried_out: true,
        made: Made { secrets: 1, ..Self::BEFORE_THE_SECRET.made },
        ..Self::BEFORE_THE_SECRET
    };
}

impl World {
    /// Lets the next request of this kind wait at a gate.
    pub fn hold_at(&self, gate: &str, moment: Moment) {
        let gate = gate.to_owned();
        let effect = if moment.carried_out { Effect::Hold { gate } } else { Effect::HoldBefore { gate } };
        self.cloud.cloud().add_fault(Fault::once(moment.method, moment.path, effect));
    }

    /// Waits until the moment has come.
    pub async fn until_moment(&self, gate: &str, moment: Moment) {
        let come = || {
            let cloud = self.cloud.cloud();
            !cloud.held(gate).is_empty() && Made::in_the(&cloud) == moment.made
        };
        self.screen.until_so(&format!("the moment has come: {moment:?}"), async || come().then_some(())).await;
    }

    /// Lets go on what waits at a gate.
    pub fn open_gate(&self, gate: &str) {
        self.arrange("gates", &serde_json::json!({ "open": gate }));
    }
}
