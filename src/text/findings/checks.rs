//! Sentences of the checks, read before anything is planned.

super::sentences_of! {
    role_missing You
        "No suitable administrator role was found"
        "Application Administrator, Cloud Application Administrator or Global Administrator can do this. Custom roles and \
         roles not activated do not show here."
        "If the role is eligible, activate it in Microsoft Entra Privileged Identity Management and check again. You can also \
         go on, or send the link to somebody who holds such a role."

    publisher_unverified You
        "The publisher of this page is not verified"
        "{expected} is expected, but Microsoft Entra shows no verified publisher for the application of this page."
        "Compare the address of this page with the one you were given, and go on only if you trust it."

    publisher_other Host
        "The verified publisher is not the expected one"
        "Microsoft Entra names {found} as publisher of this page; its configuration expects {expected}."
        "Do not go on before you know why. Ask {expected} for the right address, or let the host of this page correct \
         publisher in config.json."

    business_central_absent You
        "Business Central is not active in this tenant"
        "The tenant has no service principal of Business Central. It appears when Business Central is first used."
        "Check that you are in the right tenant. If so, sign up for Business Central or a trial with an account of this tenant, \
         open it once, and check again."

    business_central_disabled EntraAdmin
        "Business Central is switched off in this tenant"
        "Its enterprise application is disabled in Microsoft Entra, so no user and no application gets access."
        "In Microsoft Entra admin center > Entra ID > Enterprise applications > Dynamics 365 Business Central > Properties, \
         set Enabled for users to sign-in to Yes."

    app_role_unknown Partner
        "Business Central has no app role {role}"
        "The app roles come from Business Central’s service principal in this tenant, and {role} is not among them."
        "Choose another app role. If the preset asks for {role}, ask the supplier of the integration."

    no_app_role You
        "No app role is chosen"
        "Business Central refuses every call of an application without one."
        "Choose API.ReadWrite.All for web services. Add Automation.ReadWrite.All only if the integration sets up companies, \
         users or extensions."

    environments_forbidden You
        "The list of environments was refused"
        "It is open to Global Administrators, Dynamics 365 Administrators, Dynamics 365 Business Central Administrators and \
         delegated partners."
        "Type the name of the environment. It stands in the address of Business Central behind the tenant, for example \
         Production."

    environments_unreachable You
        "The list of environments did not arrive"
        "The browser was not allowed to read it from this page, or the network did not let it through. The environment itself \
         may be within reach."
        "Type the name of the environment. It stands in the address of Business Central behind the tenant, for example \
         Production."

    no_environment BusinessCentralAdmin
        "No environment is active"
        "Business Central lists no environment in state Active for this tenant."
        "In the Business Central admin center create an environment, or wait until an update or restore has finished. Then \
         check again."

    environment_unknown You
        "There is no environment {environment}"
        "Business Central knows no environment of this name in the tenant you are signed in to."
        "Compare the name with the address of Business Central or with its admin center, and check that the tenant is the \
         right one."

    environment_forbidden BusinessCentralAdmin
        "Your account may not enter {environment}"
        "It is not a user of this environment, is disabled there, or is not in the environment’s security group."
        "Let an administrator add or enable your account in {environment} and give it SUPER or SECURITY, or send the link to \
         somebody who has that."

    security_missing BusinessCentralAdmin
        "You cannot manage users in {environment}"
        "To register applications and assign permission sets takes SUPER or SECURITY, and your user has neither."
        "Let somebody with SUPER give you SECURITY for all companies (Business Central: search Users), or send them the link."

    permission_sets_unreadable BusinessCentralAdmin
        "The permission sets could not be read"
        "Business Central did not return the list for {environment}, so none can be chosen or compared."
        "Check again. If it stays, let an administrator give your user SECURITY in {environment}."

    permission_set_missing Partner
        "Permission set {set} does not exist here"
        "The preset needs it, but {environment} does not have it. Usually the extension that brings it is not installed."
        "Install the extension in {environment} and check again, or take the set out if the integration works without it."

    permission_set_ambiguous You
        "Permission set {set} exists {count} times"
        "Sets from different extensions, or made by users, share this name and can hold different rights."
        "Choose the one the integration needs. The extension it comes from is named beside each."

    no_permission_set You
        "No permission set is chosen"
        "Without one the application reaches Business Central but can read and write almost nothing."
        "Choose the permission sets the integration needs. Its documentation or its supplier names them."

    permission_set_broad You
        "Broad rights are chosen"
        "These open far more than most integrations need: {sets}. Whoever gets hold of the secret has the same rights."
        "Choose narrower permission sets if the supplier of the integration names any. You can also go on."

    super_barred You
        "SUPER cannot be given to an application"
        "Business Central refuses this permission set for applications."
        "Take SUPER out and choose the permission sets the integration needs."

    no_company You
        "No company is chosen"
        "Permission sets are assigned either for all companies or for chosen ones."
        "Choose all companies or at least one."

    name_taken You
        "An application {name} already exists"
        "{count} of this name in the tenant were not made here for this choice. Microsoft Entra allows equal names."
        "Use the existing application if it belongs to this integration. Otherwise make another one, best under a different \
         name."

    name_shared You
        "Another integration’s application is called {name} too"
        "Made here for other integrations under this name: {count}. Keys, tags and users differ, so nothing is mixed up."
        "Go on, or enter another name so that people can tell them apart in lists."

    application_disabled You
        "The application is switched off in Microsoft Entra"
        "It or its enterprise application is disabled, so {id} is given no token (AADSTS7000112)."
        "Ask who disabled it and why. If it shall work again, go on: the plan enables it."

    name_empty You
        "The application has no name"
        "Microsoft Entra and Business Central list the application by its name."
        "Enter a name that tells which integration it belongs to."

    name_unfit You
        "The application name cannot be used"
        "It is longer than {limit} characters or contains characters that cannot be displayed."
        "Use at most {limit} characters, without line breaks or control characters."

    policy_unread You
        "The tenant’s rules for secrets are not known"
        "Reading them takes one more permission, Policy.Read.All. If a rule forbids the secret, Microsoft Entra says so when it \
         is to be made."
        "Go on, or grant the permission and check first."

    secret_forbidden EntraAdmin
        "This tenant forbids client secrets"
        "An app management policy of the tenant does not allow new client secrets."
        "Go on without a secret and use a certificate, or let an administrator assign this application an app management policy \
         that allows secrets."

    secret_too_long You
        "This tenant allows shorter secrets only"
        "An app management policy of the tenant limits the lifetime of client secrets. Longest lifetime in days: {days}."
        "Choose a shorter lifetime, or let an administrator change the policy."

    partner_api_missing You
        "Registration in Business Central is done by hand"
        "{environment} has no partner extension that could register the application."
        "Go on: the values to enter are shown with copy buttons. To have it done for you, install the partner’s extension in \
         {environment} and check again."

    no_route Host
        "There is no way to register in Business Central"
        "The environment has no partner extension for it, and the configuration of this page switches the guided way off."
        "Install the partner’s extension in the environment, or set guided under routes to true in config.json."

    company_missing You
        "{environment} does not have every chosen company"
        "Not there: {companies}. The permission sets are given only in companies that exist in the environment."
        "Go on to leave them out in {environment}, choose other companies, or choose all companies."

    package_experimental You
        "This way is experimental"
        "A configuration package writes the record in {environment}. It follows the published source of Business Central, \
         but nobody has proven it on a real environment."
        "Try it in a sandbox first. Entrada reads back what came of it and removes the package. Choose another way if you \
         need a certain one."

    packages_forbidden BusinessCentralAdmin
        "You may not use configuration packages in {environment}"
        "They need rights such as D365 RAPIDSTART, which a licensed user or a delegated partner has; an administrator \
         without a licence can only read."
        "Choose another way to register, or sign in as a licensed user with D365 BUS FULL ACCESS and SECURITY."

    record_disabled You
        "The application is disabled in Business Central"
        "A record with this client id exists there in state Disabled, so its calls are refused."
        "Go on: the plan enables it."

    application_user_lost You
        "The application’s user in {environment} is disabled or gone"
        "The card is enabled, but without an enabled user Business Central answers every call with 401."
        "Go on: the plan switches the card off and on, which enables the user or makes it anew."

    user_name_taken You
        "User name {name} is taken in Business Central"
        "The description of the application becomes its user name, and a user of that name belongs to something else."
        "Choose another application name. If {name} is a leftover, remove it in Business Central (search Microsoft Entra \
         Applications) and check again."

    interrupted You
        "An earlier run was interrupted"
        "This page was closed or loaded again before the run had finished. What exists already is found again and kept."
        "Sign in, see the plan and go on."

    secret_never_shown You
        "An earlier secret was never shown"
        "An interrupted run made secret {name}. Nobody has its text, so nobody can use it."
        "Go on: the plan removes it and makes a new one."
}
