//! Configuration packages as Business Central keeps them: plain data without rules (`business-central.md` 3.5).

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

/// How far an import or an apply is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum PackageStatus {
    /// Never asked for.
    #[default]
    No,
    /// Asked for.
    Scheduled,
    /// Under way.
    InProgress,
    /// Through, which says nothing about errors of single records.
    Completed,
    /// Failed as a whole.
    Error,
}

impl PackageStatus {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "No",
            Self::Scheduled => "Scheduled",
            Self::InProgress => "InProgress",
            Self::Completed => "Completed",
            Self::Error => "Error",
        }
    }

    /// Whether something is still to come.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Scheduled | Self::InProgress)
    }
}

/// What a background session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PackageWork {
    /// Reads the file into the package.
    Import,
    /// Writes the package's records into their tables.
    Apply,
}

/// Work under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageTask {
    /// What is done.
    pub work: PackageWork,
    /// As whom.
    pub user: Uuid,
    /// When the session begins, milliseconds since 1970.
    pub begins_ms: u64,
    /// When it is through.
    pub ends_ms: u64,
    /// Whether the task scheduler runs it. A plain session has nobody who would write a failure down.
    pub scheduled: bool,
}

/// A field of a table in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageField {
    /// Whether the package carries it.
    pub included: bool,
    /// Whether it is written with the key.
    pub primary_key: bool,
    /// Whether the field's own trigger runs.
    pub validate: bool,
    /// Place among the fields.
    pub processing_order: i32,
}

/// A table in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageTable {
    /// Table number.
    pub id: u32,
    /// Its fields by number.
    pub fields: BTreeMap<u32, PackageField>,
    /// Its records by number: values as text, by field number.
    pub records: BTreeMap<u32, BTreeMap<u32, String>>,
}

/// An error of one record. The API only counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageError {
    /// Table number.
    pub table: u32,
    /// Record number.
    pub record: u32,
    /// Field number, 0 for none.
    pub field: u32,
    /// What is wrong, as the client shows it.
    pub text: String,
}

/// One configuration package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConfigPackage {
    /// System id, the key in addresses.
    pub id: Uuid,
    /// Company it belongs to.
    pub company: String,
    /// Code, at most 20 characters, upper case.
    pub code: String,
    /// Name.
    pub name: String,
    /// Windows language id.
    pub language_id: i64,
    /// Version of the product that wrote it.
    pub product_version: String,
    /// Place among packages.
    pub processing_order: i64,
    /// Whether the tables of configuration itself are left out.
    pub exclude_config_tables: bool,
    /// The uploaded file.
    #[serde(skip)]
    pub content: Vec<u8>,
    /// How far the import is.
    pub import_status: PackageStatus,
    /// Why it failed.
    pub import_error: String,
    /// How far the apply is.
    pub apply_status: PackageStatus,
    /// Why it failed.
    pub apply_error: String,
    /// Its tables.
    pub tables: Vec<PackageTable>,
    /// What is wrong with its records.
    pub errors: Vec<PackageError>,
    /// Work under way.
    pub task: Option<PackageTask>,
}

impl ConfigPackage {
    /// Notes an error; one per field of a record.
    pub(super) fn error(&mut self, table: u32, record: u32, field: u32, text: String) {
        self.errors.retain(|known| (known.table, known.record, known.field) != (table, record, field));
        self.errors.push(PackageError { table, record, field, text });
    }
}
