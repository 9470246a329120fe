//! The words that belong to a screen whatever the facts are: headings, labels, buttons that only the screen knows.

use super::messages;

const START: u16 = super::en::END;

messages! {
    // Everywhere
    SKIP_TO_CONTENT = "Skip to the content";
    JOURNEY = "Progress";
    SIGN_OUT = "Sign out";
    LANGUAGE = "Language";
    COPY = "Copy";
    COPIED = "Copied";
    SHOW = "Show";
    HIDE = "Hide";
    DOWNLOAD = "Download";
    REMOVE = "Remove {what}";
    WHY = "Why";
    WHAT_TO_DO = "What to do";
    WHO_CAN = "Who can";
    DETAILS_FOR_SUPPORT = "Details for support";
    COPY_DETAILS = "Copy details";
    SAY_INFO = "Information";
    SAY_SUCCESS = "Success";
    SAY_WARNING = "Warning";
    SAY_ERROR = "Error";

    // Welcome
    WELCOME_TITLE = "Give an integration access to Business Central";
    WELCOME_LEDE = "Entrada creates the application in Microsoft Entra, consents to what it may do, registers it in Business Central with its permission sets, and hands you the credential. One visit, straight from this browser.";
    WELCOME_PRESET = "This link is for {preset}. You can change that after signing in.";
    WELCOME_STEPS = "What will happen";
    WELCOME_STEP_1 = "You sign in";
    WELCOME_STEP_1_MORE = "With your work account, at Microsoft. This page never sees your password.";
    WELCOME_STEP_2 = "You choose";
    WELCOME_STEP_2_MORE = "The integration, the environment, the companies and the permission sets.";
    WELCOME_STEP_3 = "You see the plan";
    WELCOME_STEP_3_MORE = "Every change and its reason. Nothing is written before you agree.";
    WELCOME_STEP_4 = "Entrada does it and proves it";
    WELCOME_STEP_4_MORE = "Then you get the client secret, once, and a reminder for the day it expires.";
    SIGN_IN = "Sign in with Microsoft";
    OTHER_TENANT = "Sign in to another tenant";
    TENANT = "Tenant";
    TENANT_HINT = "Domain or tenant id, for guests and partners. Leave it empty for your own.";
    PERMISSIONS_TITLE = "What you will be asked for";
    PUBLISHER_TITLE = "Who publishes this page";
    PUBLISHER_TEXT = "Microsoft’s consent page must name the same publisher, with a blue badge. If it does not, stop there.";
    WHO_TITLE = "Who can do this";
    WHO_ENTRA = "In Microsoft Entra: an Application Administrator, Cloud Application Administrator or Global Administrator.";
    WHO_BUSINESS_CENTRAL = "In Business Central: a user with the permission set SUPER or SECURITY.";
    INVITE_TITLE = "You are not the administrator?";
    INVITE_TEXT = "Send this link to someone who is. It carries the choices, never a secret.";
    INVITE_LINK = "Link for the administrator";

    // Choose
    CHOOSE_TITLE = "Choose what to set up";
    CHOOSE_LEDE = "The choices are filled in from the integration. Change what you need.";
    CHOOSE_RESUME = "An earlier run was interrupted. The plan finds what it left and goes on from there.";
    CHOOSE_WHAT = "What you connect";
    PRESET = "Integration";
    CHOOSE_NAME = "Application name";
    CHOOSE_NAME_HINT = "As Microsoft Entra and Business Central will show it.";
    CHOOSE_TENANT_ID = "Tenant id {id}";
    CHOOSE_HOME = "You are here as a guest or partner; your account’s own tenant is {id}.";
    SWITCH_TENANT = "Sign in there";
    SWITCH_ACCOUNT = "Use another account";
    CHOOSE_WHERE = "Where, and what it may do";
    ENVIRONMENT = "Environment";
    ENVIRONMENTS = "Environments";
    ENVIRONMENTS_HINT = "One or several. Each is set up by itself, with the same companies and permission sets where it has them.";
    ENVIRONMENT_READING = "Reading the environments…";
    ENVIRONMENT_TYPED_HINT = "Its name as in the address of Business Central, for example Production.";
    ENVIRONMENT_PROBE = "Look it up";
    ENVIRONMENT_PROBING = "Looking it up…";
    ENVIRONMENT_FOUND = "Found";
    COMPANIES = "Companies";
    COMPANIES_ALL = "All companies, also future ones";
    COMPANIES_SOME = "Only these";
    PERMISSION_SETS = "Permission sets";
    PERMISSION_SETS_HINT = "What the application may do inside Business Central.";
    CHOOSE_ONE = "Choose…";
    SEARCH = "Search";
    SEARCH_FOUND = "{count} found";
    SEARCH_MORE = "Show {count} more";
    APP_ROLES = "App roles";
    APP_ROLES_HINT = "Which of Business Central’s services the application may call. Granted for the whole tenant.";
    CHOOSE_USER = "Registration in Business Central";
    ROUTE = "How it is registered";
    ROUTE_CHANGE = "Choose another way";
    CHOOSE_CREDENTIAL = "Credential";
    VENDOR_CREDENTIAL = "The vendor’s application brings its own credential. Entrada makes none.";
    SECRET_LIFETIME = "Client secret, valid for";
    CHECKS_TITLE = "Checks";
    CHECKS_LEDE = "What is so in your tenant right now.";
    CHECK_AGAIN = "Check again";
    SHOW_PLAN = "Show the plan";
    PLAN_NEXT = "Next you see every change before it is made.";

    // Plan
    PLAN_CHANGES = "Changes";
    PLAN_REQUESTS = "The request";
    PLAN_SAFE = "Safe to repeat: what exists is found again, never made twice.";

    // Run
    RUN_LEDE = "You may reload or close this page. It goes on where it stopped.";
    RUN_LEDE_INSIDE = "Better leave this page open. If it is loaded again, you sign in once more; what was made is found again.";
    RUN_PROGRESS = "Steps that are finished";
    RUN_CANCEL = "Stop here";
    RUN_CANCEL_HINT = "Stopping waits for the requests under way; nothing is left half written.";
    RUN_CANCELLING = "Stops after the requests under way…";

    // Hand over
    HAND_TITLE = "Take the credential with you";
    HAND_LEDE = "The secret is shown once. Store it where the integration can read it, then tick the box.";
    HAND_LEDE_KEPT = "These are the values the integration needs. No new secret was made.";
    HAND_SECRET = "Client secret";
    HAND_ONCE = "Shown once";
    HAND_STORED = "I have stored the secret in a safe place";
    HAND_STORED_FIRST = "Tick the box when the secret is stored.";
    HAND_VALUES = "Values";
    HAND_FOR = "For the receiving system";
    HAND_FORMATS = "Formats";
    HAND_WHERE_TITLE = "Where is it kept?";
    HAND_WHERE = "Nowhere. The secret is only in this tab. Microsoft never shows it again, and this page does not store it.";
    CONTINUE = "Continue";

    // Done
    EVIDENCE = "Evidence";
    EVIDENCE_WHAT = "What";
    EVIDENCE_READ = "Read back";
    EVIDENCE_STATE = "State";
    PROVE_TITLE = "Prove the last part";
    REMINDER_TITLE = "The day it ends";
    REMINDER_TEXT = "A secret that has expired stops the integration without a warning. Put a reminder in your calendar.";
    NEXT_TITLE = "Next";
}
