//! The words of Business Central's errors, in the two languages the seeded environments speak.
//!
//! The real service answers in the user's language unless `Accept-Language` says otherwise (`business-central.md` 1.5), so a
//! client that reads messages without asking for English must see that it fails.

/// Language of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Danish,
}

impl Language {
    /// The asked-for language, else that of the environment's country.
    pub(super) fn choose(accept_language: Option<&str>, country: &str) -> Self {
        let wanted = accept_language.map(str::trim).filter(|header| !header.is_empty() && !header.starts_with('*'));
        let danish = wanted
            .map_or_else(|| country.eq_ignore_ascii_case("DK"), |header| header.to_ascii_lowercase().starts_with("da"));
        if danish { Self::Danish } else { Self::English }
    }
}

/// Everything the stand-in has to say, with the values it says it about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    RejectedCredentials,
    NotAuthorized,
    AutomationDenied,
    NoEnvironment { name: String },
    EnvironmentUnavailable { name: String },
    CompanyNotFound,
    SegmentNotFound { segment: String },
    KeySyntax { key: String },
    MethodNotAllowed { method: String, segment: String },
    QuerySyntax { detail: String },
    UnknownProperty { property: String, kind: String },
    IncompatibleTypes { property: String },
    InvalidBody,
    WrongType { property: String },
    ReadOnlyProperty { property: String },
    ReadOnlyIntent,
    TooLong { length: usize, limit: usize },
    ConcurrencyTokenInvalid,
    EntityChanged,
    RecordNotFound { table: &'static str, key: String },
    SameKey { table: &'static str, key: String },
    FieldEmpty { field: &'static str, table: &'static str, key: String },
    NoPermission { object: &'static str, right: &'static str },
    SuperOrSecurity,
    SecurityForState,
    RegisterUserFirst,
    UserNameTaken { user_name: String },
    RenameRefused,
    UserRequired,
    DefinedSeveralTimes { role_id: String },
    SuperForApplication,
    LastSuper,
    CompanyUnknown { company: String },
    PackageBusyImport,
    PackageBusyApply,
    PackageNotImported,
    PackageWithoutFile,
    PackageCodesDiffer,
    PackageNotGzip,
    PackageXml { detail: String },
}

impl Message {
    /// The sentence in a language, without the correlation id every error ends with.
    pub(super) fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Danish => self.danish(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::RejectedCredentials => "The server has rejected the client credentials.".to_owned(),
            Self::NotAuthorized => {
                "The caller could not be authenticated or authorized for this environment.".to_owned()
            }
            Self::AutomationDenied => "The application user is not allowed to use the automation API.".to_owned(),
            Self::NoEnvironment { name } => format!("No environment named '{name}' exists for this tenant."),
            Self::EnvironmentUnavailable { name } => format!("The environment '{name}' is not accessible right now."),
            Self::CompanyNotFound => "The request cannot be processed because the company cannot be found.".to_owned(),
            Self::SegmentNotFound { segment } => format!("Resource not found for the segment '{segment}'."),
            Self::KeySyntax { key } => format!("Bad Request - Error in query syntax: '{key}' is not a key."),
            Self::MethodNotAllowed { method, segment } => {
                format!("'{method}' requests for '{segment}' are not allowed within OData web services.")
            }
            Self::QuerySyntax { detail } => format!("Bad Request - Error in query syntax: {detail}."),
            Self::UnknownProperty { property, kind } => {
                format!("Could not find a property named '{property}' on type 'Microsoft.NAV.{kind}'.")
            }
            Self::IncompatibleTypes { property } => {
                format!("The value compared with '{property}' has an incompatible type.")
            }
            Self::InvalidBody => "Invalid Request Body.".to_owned(),
            Self::WrongType { property } => format!("The value for '{property}' cannot be converted to its type."),
            Self::ReadOnlyProperty { property } => format!("Control '{property}' is read-only."),
            Self::ReadOnlyIntent => "The data access intent ReadOnly is only allowed when reading.".to_owned(),
            Self::TooLong { length, limit } => format!(
                "The length of the string is {length}, but it must be less than or equal to {limit} characters."
            ),
            Self::ConcurrencyTokenInvalid => {
                "Could not validate the client concurrency token. Send a valid If-Match header.".to_owned()
            }
            Self::EntityChanged => "Another user has already changed the record.".to_owned(),
            Self::RecordNotFound { table, key } => {
                format!("The {table} does not exist. Identification fields and values: {key}")
            }
            Self::SameKey { table, key } => {
                format!("The record in table {table} already exists. Identification fields and values: {key}")
            }
            Self::FieldEmpty { field, table, key } => {
                format!("{field} must have a value in {table}: {key}. It cannot be zero or empty.")
            }
            Self::NoPermission { object, right } => {
                format!("You do not have the following permissions on {object}: {right}.")
            }
            Self::SuperOrSecurity => {
                "To manage users and permissions you must be granted either the SUPER or SECURITY permission set."
                    .to_owned()
            }
            Self::SecurityForState => {
                "To change the state of an application you need one of the permission sets SUPER or SECURITY."
                    .to_owned()
            }
            Self::RegisterUserFirst => {
                "Register a user before enabling the application: at least one enabled full user is needed.".to_owned()
            }
            Self::UserNameTaken { user_name } => format!("The user name {user_name} already exists."),
            Self::RenameRefused => "The client ID of an application cannot be changed.".to_owned(),
            Self::UserRequired => "You must specify a User Security ID to read user permissions.".to_owned(),
            Self::DefinedSeveralTimes { role_id } => {
                format!("The permission set {role_id} is defined multiple times. Specify the app ID and the scope.")
            }
            Self::SuperForApplication => "The SUPER permission set cannot be assigned to an application.".to_owned(),
            Self::LastSuper => "At least one enabled user must hold the SUPER permission set.".to_owned(),
            Self::PackageBusyImport => {
                "The package cannot be imported while an import or apply is in progress.".to_owned()
            }
            Self::PackageBusyApply => {
                "The package cannot be applied while an import or apply is in progress.".to_owned()
            }
            Self::PackageNotImported => {
                "The import status is not completed: import the package before you apply it.".to_owned()
            }
            Self::PackageWithoutFile => "Upload a RapidStart file before you run the import.".to_owned(),
            Self::PackageCodesDiffer => {
                "The code of the configuration package must be the same as the one in the imported file.".to_owned()
            }
            Self::PackageNotGzip => "The magic number in GZip header is not correct.".to_owned(),
            Self::PackageXml { detail } => format!("The file is not a valid package: {detail}."),
            Self::CompanyUnknown { company } => {
                format!(
                    "The field Company contains a value ({company}) that cannot be found in the related table (Company)."
                )
            }
        }
    }

    fn danish(&self) -> String {
        match self {
            Self::RejectedCredentials => "Serveren har afvist klientens legitimationsoplysninger.".to_owned(),
            Self::NotAuthorized => "Kalderen kunne ikke godkendes i dette miljø.".to_owned(),
            Self::AutomationDenied => "Applikationsbrugeren må ikke bruge automatiserings-API'en.".to_owned(),
            Self::NoEnvironment { name } => format!("Der findes intet miljø med navnet '{name}' for denne lejer."),
            Self::EnvironmentUnavailable { name } => format!("Miljøet '{name}' er ikke tilgængeligt lige nu."),
            Self::CompanyNotFound => "Anmodningen kan ikke behandles, fordi virksomheden ikke findes.".to_owned(),
            Self::SegmentNotFound { segment } => format!("Ressourcen for segmentet '{segment}' blev ikke fundet."),
            Self::KeySyntax { key } => format!("Ugyldig anmodning - syntaksfejl: '{key}' er ikke en nøgle."),
            Self::MethodNotAllowed { method, segment } => {
                format!("'{method}'-anmodninger til '{segment}' er ikke tilladt i OData-webtjenester.")
            }
            Self::QuerySyntax { detail } => format!("Ugyldig anmodning - syntaksfejl i forespørgslen: {detail}."),
            Self::UnknownProperty { property, kind } => {
                format!("Egenskaben '{property}' findes ikke på typen 'Microsoft.NAV.{kind}'.")
            }
            Self::IncompatibleTypes { property } => {
                format!("Værdien, der sammenlignes med '{property}', har en forkert type.")
            }
            Self::InvalidBody => "Anmodningens indhold er ugyldigt.".to_owned(),
            Self::WrongType { property } => format!("Værdien for '{property}' kan ikke konverteres til sin type."),
            Self::ReadOnlyProperty { property } => format!("Kontrolelementet '{property}' er skrivebeskyttet."),
            Self::ReadOnlyIntent => "Adgangshensigten ReadOnly er kun tilladt ved læsning.".to_owned(),
            Self::TooLong { length, limit } => {
                format!("Strengens længde er {length}, men den må højst være på {limit} tegn.")
            }
            Self::ConcurrencyTokenInvalid => {
                "Klientens samtidighedstoken kunne ikke valideres. Send en gyldig If-Match-header.".to_owned()
            }
            Self::EntityChanged => "En anden bruger har allerede ændret recorden.".to_owned(),
            Self::RecordNotFound { table, key } => {
                format!("{table} findes ikke. Identifikationsfelter og -værdier: {key}")
            }
            Self::SameKey { table, key } => {
                format!("Recorden i tabellen {table} findes allerede. Identifikationsfelter og -værdier: {key}")
            }
            Self::FieldEmpty { field, table, key } => {
                format!("{field} skal have en værdi i {table}: {key}. Feltet må ikke være nul eller tomt.")
            }
            Self::NoPermission { object, right } => {
                format!("Du har ikke følgende rettigheder til {object}: {right}.")
            }
            Self::SuperOrSecurity => {
                "For at administrere brugere skal du have tildelt rettighedssættet SUPER eller SECURITY.".to_owned()
            }
            Self::SecurityForState => {
                "For at ændre en applikations status skal du have rettighedssættet SUPER eller SECURITY.".to_owned()
            }
            Self::RegisterUserFirst => {
                "Registrer en bruger, før applikationen aktiveres: der kræves mindst én aktiv fuld bruger.".to_owned()
            }
            Self::UserNameTaken { user_name } => format!("Brugernavnet {user_name} findes allerede."),
            Self::RenameRefused => "En applikations klient-id kan ikke ændres.".to_owned(),
            Self::UserRequired => "Du skal angive et brugersikkerheds-id for at læse brugerrettigheder.".to_owned(),
            Self::DefinedSeveralTimes { role_id } => {
                format!("Rettighedssættet {role_id} er defineret flere gange. Angiv app-id og omfang.")
            }
            Self::SuperForApplication => "Rettighedssættet SUPER kan ikke tildeles en applikation.".to_owned(),
            Self::LastSuper => "Mindst én aktiv bruger skal have rettighedssættet SUPER.".to_owned(),
            Self::PackageBusyImport => {
                "Pakken kan ikke importeres, mens en import eller anvendelse er i gang.".to_owned()
            }
            Self::PackageBusyApply => "Pakken kan ikke anvendes, mens en import eller anvendelse er i gang.".to_owned(),
            Self::PackageNotImported => "Importstatus er ikke fuldført: importer pakken, før den anvendes.".to_owned(),
            Self::PackageWithoutFile => "Upload en RapidStart-fil, før importen køres.".to_owned(),
            Self::PackageCodesDiffer => {
                "Konfigurationspakkens kode skal være den samme som i den importerede fil.".to_owned()
            }
            Self::PackageNotGzip => "Det magiske tal i GZip-headeren er ikke korrekt.".to_owned(),
            Self::PackageXml { detail } => format!("Filen er ikke en gyldig pakke: {detail}."),
            Self::CompanyUnknown { company } => {
                format!("Feltet Virksomhed indeholder en værdi ({company}), som ikke findes i tabellen Virksomhed.")
            }
        }
    }
}
