//! Sentences about the page as it is hosted, and about signing in.

super::sentences_of! {
    config_missing Host
        "The settings of this page did not load"
        "The file config.json did not arrive ({detail})."
        "Load the page again. If it stays, check that config.json lies beside index.html on the web server and can be opened \
         in the browser."

    config_wrong Host
        "The settings of this page contain a mistake"
        "In config.json, at {at}: {problem}."
        "Correct this place in config.json and load the page again. The file config.schema.json beside it describes every \
         setting."

    not_registered Host
        "This page has no Entra application of its own yet"
        "config.json still holds the placeholder client id (all zeros), so there is nothing to sign in to."
        "Register this page in Microsoft Entra admin center > Entra ID > App registrations, platform Single-page application, \
         and enter its client id as clientId in config.json."

    insecure_page Host
        "This page is not served over https"
        "It came from {origin}. Microsoft Entra returns a sign-in only to https addresses or to localhost."
        "Open the https address of this page. If it has none, set up https on the web server and register that address as \
         redirect URI."

    link_ignored You
        "A setting in the link was not used"
        "“{name}” cannot be set by a link or could not be read. A link may preselect choices; everything else comes from the \
         configuration of this page."
        "Look through the choices before you go on. If the link was meant to do more, ask whoever sent it."

    host_not_allowed Host
        "This page may not be shown inside {origin}"
        "A page with your sign-in in it could be misused by whoever shows it, so it works only inside pages that its \
         configuration names."
        "Open it in a window of its own. If {origin} is meant to show it, add that origin to embedding.hosts in config.json \
         and to frame-ancestors in the server's headers."

    host_silent Host
        "The page around this one does not answer"
        "This page is shown inside another, which has not said who it is. Until it does, nothing can be done here."
        "Open it in a window of its own. If you host the outer page, show this one with the element of v1/embed.js rather than a \
         plain frame."

    consent_declined You
        "The permissions were not granted"
        "The consent page was declined or closed. Nothing was changed in your tenant."
        "Sign in again and accept the permissions, or send the link of this page to an administrator who may accept them."

    admin_approval_needed EntraAdmin
        "An administrator has to approve this page first"
        "Its permissions can only be granted by an administrator, and your account may not do so."
        "Send the link to an Application Administrator, Cloud Application Administrator or Global Administrator, who signs in \
         here or approves it under Enterprise applications > Admin consent requests."

    answer_not_ours You
        "A sign-in answer was not accepted"
        "It does not belong to a sign-in started in this tab, or was used before. It was discarded unread."
        "Start the sign-in from this tab. If a link from somebody else led here, do not use it again."

    sign_in_expired You
        "The sign-in took too long"
        "The answer came more than 15 minutes after the sign-in began and is no longer accepted."
        "Sign in again and finish within 15 minutes."

    storage_blocked You
        "The browser blocks storage for this page"
        "Signing in leaves this page and returns. Without storage in this tab the answer could not be checked, so you were \
         not sent away."
        "Allow site data for this address in the browser settings, or open this page in a window of its own, then sign in \
         again."

    popup_blocked You
        "The window for the sign-in did not open"
        "Inside another page, signing in takes a window of its own. The browser or the page around this one did not let it open."
        "Allow pop-up windows for this page and try again, or open this page in a window of its own. If that does not open \
         either, copy the link into a new tab."

    relay_timed_out You
        "The sign-in was not finished"
        "The window for the sign-in did not answer within five minutes, and no longer counts."
        "Try again, and finish in the window that opens. If it cannot come back here, open this page in a window of its own."

    sign_in_blocked EntraAdmin
        "Microsoft Entra blocked the sign-in"
        "A Conditional Access policy or a block on the account stopped it (AADSTS{number}). Another attempt gives the same \
         result."
        "Ask an administrator to open Entra ID > Monitoring & health > Sign-in logs and look for the correlation id shown here. \
         It may help to use a device or network your organization trusts."

    interaction_needed You
        "Microsoft Entra wants one more sign-in step"
        "Multifactor authentication or another proof is required before access continues."
        "Sign in again and answer what Microsoft Entra asks."

    account_not_in_tenant You
        "This account is not in the chosen tenant"
        "Microsoft Entra found no such user there, neither as member nor as guest."
        "Sign in with an account of that tenant, or leave the tenant field empty to use the tenant of your account. An \
         administrator can also invite the account as guest."

    assignment_required EntraAdmin
        "Your account is not assigned to this page"
        "In this tenant only assigned users may sign in to this page’s application, and your account is not one of them."
        "In Microsoft Entra admin center > Entra ID > Enterprise applications, open the application of this page and add the \
         account under Users and groups."

    tenant_unknown You
        "Microsoft Entra does not know this tenant"
        "There is no tenant with the domain or id “{tenant}”."
        "Check the spelling, or leave the field empty to use the tenant of your account. The tenant id stands in Microsoft \
         Entra admin center > Entra ID > Overview."

    page_not_registered_there Host
        "The application of this page cannot be used in this tenant"
        "Its registration is missing there or does not fit what this page asks for (AADSTS{number})."
        "In Microsoft Entra admin center > Entra ID > App registrations compare the client id with config.json, allow accounts \
         of any organization, and add the API permissions this page lists."

    redirect_not_spa Host
        "The redirect URI of this page has the wrong platform"
        "Microsoft Entra issued no token because this address is not registered as single-page application, or is registered \
         as Web as well."
        "In Microsoft Entra admin center > Entra ID > App registrations > Authentication, list the address of redirect.html \
         under Single-page application only."

    session_ended You
        "Your sign-in has ended"
        "A sign-in lasts 24 hours at most on this page. Microsoft Entra can end it earlier, for example after a password \
         change."
        "Sign in again. What has been set up so far stays as it is."

    session_short You
        "Your sign-in ends in {minutes} minutes"
        "A sign-in lasts 24 hours at most on this page and cannot be prolonged. Set-ups that wait for people can take \
         longer than that."
        "Sign in again now, before you set up anything. What you chose stays."

    too_many_attempts Wait
        "Microsoft Entra saw too many attempts"
        "It takes repeated requests in a short time for a program that goes in circles, and refuses them for a while."
        "Wait a few minutes, then sign in again. This page tries nothing by itself until you do."

    sign_in_busy Wait
        "Microsoft Entra is busy"
        "It could not finish the sign-in at the moment and says that trying again helps."
        "Sign in again in a minute."

    partner_not_authorized EntraAdmin
        "The customer has not authorized this page yet"
        "You act in this tenant as a partner. Pages that partners use there must first be authorized by the customer."
        "Send the consent link to an administrator of the customer. Then sign in to the tenant again."

    outsiders_blocked EntraAdmin
        "This tenant does not let outside accounts in"
        "A policy of one of the two organizations stops guests or partners from signing in there."
        "Ask an administrator to look at Microsoft Entra admin center > Entra ID > External Identities > Cross-tenant \
         access settings, or use an account of that tenant."

    sign_in_failed You
        "Microsoft Entra refused the sign-in"
        "It answered: {code} {number}"
        "Sign in again. If it is refused again, give support the code, the time and the correlation id shown here."

    identity_rejected You
        "The sign-in answer does not fit the request"
        "The identity token was not accepted: {detail}. No access was taken from it."
        "Sign in again with the account and tenant you want. If it happens again, tell whoever hosts this page."

    authority_unreadable Host
        "The sign-in service of this page cannot be used"
        "Its discovery document did not arrive or does not fit the configuration: {detail}."
        "Try again. If it stays, compare authority under endpoints in config.json with the issuer in that document, to \
         the letter, and see that the browser may read it."

    clock_wrong You
        "The clock of this computer is {minutes} minutes off"
        "Times in Microsoft’s answers do not fit this clock, so dates and remaining times shown here can be wrong."
        "Turn on automatic date and time in the settings of the computer. You can go on meanwhile."

    business_central_consent_missing You
        "Access to Business Central is not consented to"
        "You are signed in to Microsoft Entra, but nobody has agreed that this page may act for you in Business Central."
        "Grant the consent. If your account may not, let an Application Administrator or Cloud Application Administrator sign \
         in here and consent for the organization."

    permission_missing You
        "Permissions of this page are missing"
        "Microsoft Entra has no consent for: {permissions}."
        "Grant the consent. If your account may not, let an Application Administrator or Cloud Application Administrator \
         sign in here and consent for the organization."
}
