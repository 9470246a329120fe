//! The words that depend on facts: stages, checks, plan lines, steps, outcomes, evidence.

use super::messages;

const START: u16 = 0;

messages! {
    // Stages
    STAGE_WELCOME = "Welcome";
    STAGE_CHOOSE = "Choose";
    STAGE_PLAN = "Plan";
    STAGE_RUN = "Set up";
    STAGE_HAND_OVER = "Hand over";
    STAGE_DONE = "Done";

    // Short waits
    BUSY_STARTING = "Starting";
    BUSY_STARTING_MORE = "Reading the configuration of this page.";
    BUSY_LEAVING = "Going to Microsoft’s sign-in page";
    BUSY_LEAVING_MORE = "You come back here afterwards. What you chose is kept in this tab.";
    BUSY_HOST_MORE = "Waiting for the page around this one to say who it is.";
    BUSY_CLOSED = "Closed";
    BUSY_CLOSED_MORE = "The page around this one has ended the visit. What was set up stays as it is.";
    BUSY_REDEEMING = "Signing you in";
    BUSY_REDEEMING_MORE = "Trading Microsoft’s one-time code for an access token.";

    // Permissions asked for
    SCOPE_USER_READ_WHY = "To show who is signed in and which directory roles you hold.";
    SCOPE_APPLICATIONS_WHY = "To create the application, its service principal and its secret, and to consent to Business Central’s app roles.";
    SCOPE_IMPERSONATION_WHY = "To act in Business Central as you, never with more rights than yours.";
    SCOPE_FINANCIALS_WHY = "To register the application in Business Central and give it permission sets.";
    TENANT_ODD = "A domain such as contoso.com, or a tenant id.";

    // Actions
    DO_SIGN_IN = "Sign in";
    DO_SWITCH = "Use another account";
    DO_CONSENT = "Grant the missing consent";
    DO_CHECK_AGAIN = "Check again";
    DO_CHECK_POLICY = "Read the policy";
    DO_USE_EXISTING = "Use the existing application {id}";
    DO_MAKE_ANOTHER = "Make another one";
    DO_NO_SECRET = "Go on without a secret";
    DO_RESUME = "Try again";
    DO_BACK = "Back to the choices";
    DO_MORE_PERMISSION = "Ask for the permission that grants need";
    DO_CONSENT_PAGE = "Open Microsoft’s consent page";
    DO_COPY_CONSENT = "Copy the link for another administrator";
    DO_COPY_PAGE_CONSENT = "Copy the consent link for an administrator";
    DO_COPY_INVITATION = "Copy the link for an administrator";
    DO_COPY_REPORT = "Copy the details for support";
    DO_OPEN_CARD = "Open the card in Business Central";
    DO_OPEN_ADMIN = "Open the Business Central admin center";
    DO_START_OVER = "Set up something else";
    DO_CONFIRM = "Set up access";
    DO_UNDO = "Take it back";
    DO_UNDO_CONFIRM = "Take all of this back";
    DO_KEEP = "Keep it as it is";
    DO_REMINDER = "Download the reminder (.ics)";
    HOST_INSIDE = "Shown inside {origin}";
    DO_HAND_TO_HOST = "Hand the secret to {origin}";
    HANDED_TO_HOST = "The secret was handed to {origin}.";
    DO_SHOW_CREDENTIAL = "Show the credential";
    DO_DISMISS = "Close";
    DO_DOWNLOAD = "Download";

    // Choices
    NAME_EMPTY = "A name is needed.";
    NAME_UNFIT = "At most {limit} characters on one line, without direction marks.";
    PRESET_DOCUMENTATION = "About this integration";
    ENVIRONMENT_ODD = "A letter first, then letters, digits, hyphens or underscores, fewer than 30.";
    ENVIRONMENT_HINT = "{kind}, {country}, version {version}";
    ENVIRONMENT_SHORT = "{kind}, {country}";
    ENVIRONMENT_NOT_ACTIVE = "Not usable now: {status}";
    COMPANIES_WAITING = "Choose an environment first.";
    COMPANIES_READING = "Reading the companies…";
    SETS_READING = "Reading the permission sets…";
    SETS_CHOSEN = "{count} chosen";
    SET_FROM = "{name}, from {extension}";
    SET_BADGE_PRESET = "Recommended";
    SET_BADGE_BROAD = "Broad rights";
    SET_BARRED = "Business Central does not allow SUPER for applications.";
    SCOPE_TENANT = "made in this environment";
    ROLE_API = "Read and write data through the APIs and web services.";
    ROLE_AUTOMATION = "Set up companies, users and extensions through the automation API.";
    ROLE_ADMIN = "Manage environments through the admin center API.";
    ROLE_NEEDED = "From the integration";
    WANT_USER = "Create the application user in Business Central";
    WANT_USER_HINT = "Registers the client id in the chosen environment and gives it the permission sets.";
    EXACT = "Take away permission sets that are not chosen";
    EXACT_HINT = "The application user ends with exactly the sets above. The plan shows every one that is added or taken away.";
    NOT_IN = "Not in {environments}";
    ROUTE_HOST = "Through this Business Central page";
    ROUTE_HOST_HINT = "The page around this one makes the record itself, with your rights, and asks you first.";
    ROUTE_PARTNER = "Through the extension’s API page";
    ROUTE_PARTNER_HINT = "Entrada writes the record itself. The environment has the extension that offers this.";
    ROUTE_PARTNER_GONE = "Not available: the extension that offers it is not installed in this environment.";
    ROUTE_ODATA = "Through the card published as a web service";
    ROUTE_ODATA_HINT = "Entrada writes through the card that this environment publishes as OData. Possible up to version 29.";
    ROUTE_ODATA_GONE = "Not available: this environment publishes no card or list of Microsoft Entra applications as a web service.";
    ROUTE_ODATA_RETIRED = "Not available: from version 30 on Microsoft’s pages are no web services any more.";
    ROUTE_UNREADABLE = "Not available: reading it failed.";
    ROUTE_NOT_NEEDED = "Not looked for, because a better way is there. Choose it to have it looked for.";
    ROUTE_READING = "Looking which ways there are…";
    ROUTE_NONE = "No way is available in this environment.";
    ROUTE_BEST = "{route}: the best way that is available here.";
    ROUTE_YOURS = "{route}: you chose it.";
    ROUTE_PACKAGE = "With a configuration package (experimental)";
    ROUTE_PACKAGE_HINT = "Entrada imports and applies a package with one record, then removes it. Nobody has proven this on a real environment yet. Try it in a sandbox first.";
    ROUTE_GUIDED = "By hand, with guidance";
    ROUTE_GUIDED_HINT = "You enter two values on a card in Business Central. Entrada waits for the user to appear and goes on.";
    WANT_SECRET = "Make a client secret";
    WANT_SECRET_HINT = "The integration signs in with it. It is shown once.";
    HAS_SECRET_HINT = "The application already has a secret that is valid until {date}.";
    MONTHS = "{months} months";
    ENDS = "Ends on {date}.";

    // What blocks the plan
    BLOCKED_CHECK = "First settle the check “{check}”.";
    BLOCKED_ENVIRONMENT = "Choose at least one environment.";
    BLOCKED_READING = "Still reading what is there…";

    // Checks
    CHECK_SESSION = "Your sign-in";
    CHECK_ROLES = "Your role in Microsoft Entra";
    CHECK_PUBLISHER = "Publisher of this page";
    CHECK_BUSINESS_CENTRAL = "Business Central in this tenant";
    CHECK_NAME = "Application";
    CHECK_ENVIRONMENTS = "Environments";
    CHECK_ADMIN = "Admin center API";
    CHECK_ENVIRONMENT = "Environment";
    CHECK_USERS = "Your rights in Business Central";
    CHECK_ROUTE = "Way to register";
    CHECK_SETS = "Permission sets";
    CHECK_POLICY = "Tenant policy for secrets";
    SAY_PASS = "Fine";
    SAY_WARN = "Look at this";
    SAY_FAIL = "Stops the plan";
    SAY_RUNNING = "Reading…";
    SAY_UNKNOWN = "Not known";
    SAY_NOT_YET = "Not yet";
    FOUND_ROLES = "{roles}";
    FOUND_PUBLISHER = "{name}, verified by Microsoft";
    FOUND_PRESENT = "Active, with the app roles needed.";
    FOUND_USERS = "You can read its users. Whether you may change them, Business Central decides when it happens.";
    FOUND_ENVIRONMENTS = "{count} ready to use.";
    FOUND_SETS = "{count} chosen, all present here.";
    FOUND_POLICY = "Secrets are allowed.";
    FOUND_POLICY_DAYS = "Secrets are allowed, for at most {days} days.";
    FOUND_NAME_FREE = "No application of this integration yet.";
    FOUND_ALREADY = "Already registered as {id}. It is used again.";

    // Plan
    PLAN_TITLE = "The plan";
    PLAN_NOTHING = "Nothing to change";
    PLAN_SUMMARY = "{create} to create, {change} to change, {remove} to remove, {keep} kept as they are.";
    PLAN_NOTHING_MORE = "Everything is as chosen. No request that writes would be sent.";
    UNDO_TITLE = "What taking back would change";
    UNDO_MORE = "What was there before stays. A deleted application can be restored in Microsoft Entra for 30 days.";
    WORD_CREATE = "Create";
    WORD_KEEP = "Keep";
    WORD_CHANGE = "Change";
    WORD_SKIP = "Leave out";
    WORD_REMOVE = "Remove";
    STEP_APPLICATION = "App registration “{name}”";
    STEP_PRINCIPAL = "Enterprise application (service principal)";
    STEP_CONSENT = "Admin consent: {roles}";
    STEP_RECORD = "Microsoft Entra application card and its user in {environment}";
    STEP_RECORD_HOST = "Microsoft Entra application card and its user in {environment}, made by this Business Central page";
    STEP_SET = "Permission set {set}, {company}";
    STEP_MISSING_SETS = "Permission sets {sets}";
    STEP_ADMIN_CENTER = "Admission to the Business Central admin center API";
    STEP_REMOVE_PACKAGE = "Configuration package of an earlier attempt";
    STEP_SECRET = "Client secret, valid {months} months";
    STEP_REMOVE_SECRET = "Client secret “{name}”";
    STEP_VERIFY_ENTRA = "Read back from Microsoft Entra";
    STEP_VERIFY_CENTRAL = "Read back from Business Central";
    IN_ALL = "all companies";
    IN_ONE = "company {company}";
    WHY_MISSING = "It does not exist yet.";
    WHY_SAME = "It is already as it should be.";
    WHY_DIFFERS = "It exists and differs in: {what}.";
    WHY_VENDOR = "It belongs to the vendor.";
    WHY_DISABLED = "It exists and is disabled.";
    WHY_NOT_WANTED = "You chose to leave it out.";
    WHY_NEEDS_USER = "Without the application user there is nobody to give it to.";
    WHY_VALID = "A secret is valid until {date}. Make a new one only if its text is lost.";
    WHY_WANTED = "You asked for a new one. The present one stays valid.";
    WHY_NEVER_SHOWN = "An interrupted run made it and nobody saw it.";
    WHY_MADE = "This run made it.";
    WHY_CHANGED = "This run changed it. It goes back to what it was.";
    WHY_NOT_THERE = "This environment does not have it. Its extension is probably not installed.";
    WHY_NOT_CHOSEN = "It is not among the chosen sets.";
    WHY_WIDER = "It is given for other companies than chosen.";
    WHY_ENDS = "The last one ends on {date}, which is over or near.";
    WHY_USER_LOST = "It is enabled, but its user is disabled or gone. Switching it off and on brings the user back.";
    WHY_LEFT_BEHIND = "An interrupted run left it behind. Its work is done.";
    WHAT_NAME = "name";
    WHAT_ROLES = "declared app roles";
    WHAT_REDIRECT = "redirect URI for Business Central";
    WHAT_STATE = "state (it is disabled)";
    WHAT_TAGS = "tags";

    // Run
    RUN_TITLE = "Setting up access";
    RUN_STOPPED_TITLE = "Where things stand";
    UNDO_RUN_TITLE = "Taking it back";
    LANE_ENTRA = "Microsoft Entra";
    LANE_CENTRAL = "Business Central";
    LANE_CREDENTIAL = "Credential and proof";
    LANE_COMPLETE = "Complete";
    LANE_PARTIAL = "Partly done";
    LANE_NOTHING = "Nothing changed";
    LANE_UNDONE = "Taken back";
    SAY_PENDING = "Waits its turn";
    SAY_WORKING = "Working…";
    SAY_WAITING = "Waiting";
    SAY_ASKING = "Needs you";
    SAY_DONE = "Done";
    SAY_KEPT = "Kept";
    SAY_SKIPPED = "Left out";
    SAY_FAILED = "Failed";
    SAY_STOPPED = "Stopped";
    MEASURE = "{seconds} s";
    MEASURE_ATTEMPTS = "{seconds} s, {attempts} requests";
    PAUSE_REPLICATION = "Microsoft Entra is still spreading what was just created. Next look in {seconds} s.";
    PAUSE_THROTTLED = "The service asks to slow down. Next try in {seconds} s.";
    PAUSE_UNAVAILABLE = "The service is not available at the moment. Next try in {seconds} s.";
    PAUSE_NO_ANSWER = "No answer came. Next try in {seconds} s.";
    PAUSE_OFFLINE = "No network. It goes on when the connection is back.";
    BRIDGE_ASKS = "Business Central does this itself and asks you first. Answer there.";
    PAUSE_WORKING = "Business Central is working on it. Next look in {seconds} s.";
    GUIDE_1 = "Open the card with the button below and sign in if asked.";
    GUIDE_2 = "Enter the client id and the description exactly as below.";
    GUIDE_3 = "Set State to Enabled and answer Yes when asked to create a user.";
    GUIDE_REMOVE = "On the card of this client id set State to Disabled, then delete it. Its user goes with it.";
    GUIDE_WATCHING = "Looking every few seconds for the user to appear…";
    REMOVE_WATCHING = "Looking every few seconds until the user is gone…";
    CONSENT_WATCHING = "Looking every few seconds for the grants to appear…";
    VALUE_DESCRIPTION = "Description";

    // Outcomes
    OUTCOME_COMPLETE = "Everything is set up";
    OUTCOME_COMPLETE_MORE = "All steps of the plan are done.";
    OUTCOME_PARTIAL = "Part of it is set up";
    OUTCOME_PARTIAL_MORE = "What is done stays done and is safe to keep. Nobody holds a credential yet. Try again to finish the rest.";
    OUTCOME_PARTIAL_SECRET = "What is done stays done, and the credential already works there. Try again to finish the rest, or take the credential first.";
    OUTCOME_NOTHING = "Nothing was changed";
    OUTCOME_NOTHING_MORE = "The first step did not succeed, so nothing was written.";
    OUTCOME_UNDONE = "Everything was taken back";
    OUTCOME_UNDONE_MORE = "What this run made is gone again. A deleted application can be restored in Microsoft Entra for 30 days.";
    OUTCOME_HALF_UNDONE = "Part of it was taken back";
    OUTCOME_HALF_UNDONE_MORE = "The rest is still there. Try again to take it back too.";
    SAID_STEP = "{step}: {state}";

    // Hand over
    VALUE_CLIENT = "Client id";
    VALUE_TENANT = "Tenant id";
    VALUE_SECRET = "Client secret";
    VALUE_EXPIRY = "Secret ends on";
    VALUE_SCOPE = "Scope";
    VALUE_TOKEN_URL = "Token URL";
    VALUE_BASE_URL = "Base URL";
    FORMAT_ENV = ".env";
    FORMAT_JSON = "JSON";
    FORMAT_MAGENTO = "Magento";
    FORMAT_CURL = "curl";
    FORMAT_POWERSHELL = "PowerShell";
    FORMAT_REST = "VS Code REST client";

    // Done
    DONE_TITLE = "Access is set up";
    DONE_TEXT = "{name} can now call {environment}.";
    DONE_TEXT_NO_USER = "{name} is registered in Microsoft Entra. You left the registration in Business Central out.";
    EVIDENCE_APPLICATION = "App registration";
    EVIDENCE_PRINCIPAL = "Enterprise application";
    EVIDENCE_ROLES = "Admin consent";
    EVIDENCE_SECRET = "Client secret";
    EVIDENCE_USER = "Application user";
    EVIDENCE_SETS = "Permission sets";
    EVIDENCE_THERE = "Found";
    EVIDENCE_ENABLED = "Found and enabled";
    EVIDENCE_NOT_SEEN = "Not visible yet";
    EVIDENCE_HINT = "Found, begins with {hint}";
    EVIDENCE_BY_ID = "{name}, found by the client id";
    EVIDENCE_BY_KIND = "{name}, an application’s user found by its name: the client id cannot be read here";
    EVIDENCE_OTHER = "{name} has the name, but is no application’s user";
    EVIDENCE_BY_NAME = "{name}, found by its name: the client id cannot be read here";
    EVIDENCE_KEPT = "Not changed by this run";
    SOURCE_GRAPH = "Read from Microsoft Graph";
    SOURCE_CENTRAL = "Read from Business Central";
    EVIDENCE_READING = "Still being read…";
    UNPROVEN = "A browser cannot sign in as the application: Microsoft does not allow that from a web page. This command does it. It asks for the secret, gets a token and lists the companies.";
    UNPROVEN_VENDOR = "The vendor’s application signs in with a credential that only the vendor has. Ask the vendor to make a first call.";
    PROOF_LABEL = "Copy the command";
}
