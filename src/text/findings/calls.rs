//! Sentences about the calls of a run and what came of them.

super::sentences_of! {
    directory_forbidden EntraAdmin
        "Microsoft Entra does not allow this"
        "“{step}” was refused: your role or the permissions of this page do not suffice."
        "Get or activate the role Application Administrator or Cloud Application Administrator, sign in again, then try again. New \
         roles take up to 15 minutes to count."

    grant_forbidden EntraAdmin
        "Granting the app roles was refused"
        "Microsoft Entra did not let this page give the new application its app roles. The application itself \
         exists."
        "Allow the additional permission, or grant admin consent on the page that opens, or send the consent link to an \
         administrator. The grant is noticed here by itself."

    quota_exceeded EntraAdmin
        "Microsoft Entra accepts no more objects"
        "The limit of your account or of the tenant is reached. Deleted applications count as long as they can be restored."
        "Remove applications nobody needs, for good, under Entra ID > App registrations > Deleted applications, or let an \
         administrator do this set-up."

    replication_slow Wait
        "Microsoft Entra has not caught up yet"
        "“{step}” still does not find what was created five minutes ago. It exists, but is not known everywhere."
        "Wait a few minutes, then try again. Nothing is made twice."

    no_full_user BusinessCentralAdmin
        "{environment} has no enabled full user"
        "Business Central enables an application only if the environment has at least one enabled user with a full licence."
        "Let a licensed user sign in to {environment} once, or enable one (Business Central: search Users). Then try again."

    business_central_permission BusinessCentralAdmin
        "Business Central says that a permission is missing"
        "It answered: {detail}"
        "Let an administrator give your user the permission named there, in most cases SECURITY or SUPER. Then try again."

    business_central_forbidden BusinessCentralAdmin
        "Business Central refused access during the run"
        "At “{step}” your account was not let in or may not make this change."
        "Let an administrator check that your user in this environment is enabled and has SUPER or SECURITY. Sign in again, \
         then try again."

    page_read_only BusinessCentralAdmin
        "The published page cannot be written to"
        "In {environment} a page over the applications is published as a web service, but it refuses changes: a list \
         never takes them, and newer cards lock their fields."
        "Choose another way to register. To use this one, publish page 9861 as a web service if only the list 9860 is \
         published."

    bridge_refused You
        "Business Central did not do it"
        "The page around this one in {environment} answered: {detail}"
        "Do what the answer says and try again, or choose another way to register."

    bridge_silent You
        "The Business Central page does not answer"
        "The page around this one was asked to work in {environment} and said nothing for minutes. A question may be open there."
        "Answer what Business Central asks, then try again. What was done already is found and not done twice."

    bridge_gone You
        "The Business Central page is gone"
        "The page around this one was closed, or its session in {environment} ended, so nothing can be done through it."
        "Open the page in Business Central again and set up there, or choose another way to register."

    bridge_mismatch BusinessCentralAdmin
        "The Business Central page named another user"
        "The user it named for {environment} is not the one that Business Central shows for this application."
        "Nothing was given to that user. Look at the card under Microsoft Entra Applications in Business Central, or choose \
         another way to register."

    environment_unfinished You
        "Not ready yet: {environments}"
        "The credential works in the other environments. Here a step failed or was stopped before everything was done."
        "Try again. Only what is missing is done; nothing is repeated."

    package_failed You
        "The configuration package was not applied"
        "Business Central reported: {detail}"
        "Choose another way to register, or look at the errors on the page Configuration Packages and try again. The \
         package of this attempt was removed."

    package_without_user You
        "The package made no user"
        "Business Central reports that it was applied, but no enabled user {description} appeared."
        "Choose the guided way: on the card, set State to Disabled and then to Enabled, which creates the user."

    admin_center_forbidden BusinessCentralAdmin
        "Admission to the admin center API was refused"
        "Only a Global Administrator, a Dynamics 365 Administrator or a Dynamics 365 Business Central Administrator may \
         admit an application."
        "Sign in with such an account and try again, or let one enter the client id in the Business Central admin center \
         under Authorized Microsoft Entra apps."

    user_never_appeared You
        "The application has not appeared in Business Central"
        "For ten minutes there was no user {description}. It appears when the card is enabled."
        "In Business Central search Microsoft Entra Applications, compare client id and description on the card, set State to \
         Enabled and confirm. Then try again."

    record_still_there You
        "The application is still in Business Central"
        "For ten minutes its user {description} was still there. It goes when the card is deleted."
        "In Business Central search Microsoft Entra Applications, open the card, set State to Disabled and delete it. Then try again."

    record_still_enabled You
        "The application is still enabled in Business Central"
        "For ten minutes its user {description} was still enabled. Taking back leaves the card and switches it off."
        "In Business Central search Microsoft Entra Applications, open the card and set State to Disabled. Do not delete it. Then try again."

    secret_since You
        "Somebody got a secret for this application meanwhile"
        "The secret {name} was made after you confirmed. Whoever has it needs the application, so it stays."
        "Ask who made it. If nobody needs it, remove it in the Microsoft Entra admin center and try again."

    way_back_changed You
        "This plan changed while it was on the screen"
        "Nothing has been taken back yet."
        "Read it again and confirm, or keep everything."

    nothing_to_take_back You
        "There is nothing to take back"
        "What this run may have made is not there."
        "You need not do anything."

    not_seen Wait
        "Not everything has shown up yet"
        "“{step}” did not see all of it within a minute."
        "Wait a few minutes, then try again. The next set-up makes good what stays missing."

    secret_lost You
        "A secret may exist that nobody has seen"
        "Secret {name} was probably made, but the answer with its text was lost, and it could not be removed."
        "Delete {name} in Microsoft Entra admin center > Entra ID > App registrations > Certificates & secrets, then try \
         again."

    still_busy Wait
        "The server is still too busy"
        "It put off “{step}” at every attempt, even after the waiting time it had asked for."
        "Wait a few minutes, then try again. What was done so far is kept."

    unreachable You
        "No answer arrived"
        "“{step}” was tried several times. A network, a proxy or a browser extension may block the address."
        "Check the connection and let login.microsoftonline.com, graph.microsoft.com and api.businesscentral.dynamics.com \
         through. Then try again."

    answer_blocked Host
        "The browser may not read the answer"
        "The server can be reached, but it does not let this page read its answer to “{step}” (CORS), or something in \
         between removed the permission."
        "Turn off browser extensions and proxies that change answers, then try again. If it stays, use the way that is \
         offered instead."

    offline You
        "This device is offline"
        "The browser has no network connection."
        "Connect to the network, then try again."

    timed_out You
        "The answer did not come in time"
        "“{step}” was sent, but no answer came. Whether it was carried out is not known."
        "Try again. What exists is looked up first, so nothing is made twice."

    unreadable Support
        "An answer could not be read"
        "The answer to “{step}” is not as expected at {at}."
        "Try again. If it stays, a proxy may change the answers or Microsoft has changed the service: give support the details."

    refused Support
        "The server refused “{step}”"
        "It answered {status} {code}: {message}"
        "Try again. If it is refused again, give support the details."

    blocked You
        "Not started"
        "This step needs “{step}”, which has not succeeded."
        "Solve that one first, then try again."

    copy_refused You
        "The browser refused to copy"
        "It does not let this page write to the clipboard."
        "Mark the text and copy it with Ctrl+C, or Cmd+C on a Mac."
}
