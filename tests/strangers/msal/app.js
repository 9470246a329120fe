// The smallest page a developer writes with Microsoft's library, by its own documentation. It knows nothing of the local cloud:
// what is changed are base URLs, and `knownAuthorities`, which the library asks for with every login service it does not ship.
import { InteractionRequiredAuthError, PublicClientApplication } from "@azure/msal-browser";

const GRAPH = ["User.Read", "Application.ReadWrite.All"].map((scope) => `https://graph.microsoft.com/${scope}`);
const BUSINESS_CENTRAL = ["user_impersonation", "Financials.ReadWrite.All"].map(
  (scope) => `https://api.businesscentral.dynamics.com/${scope}`,
);

const find = (id) => document.getElementById(id);
const { clientId, endpoints } = await (await fetch("config.json")).json();
const here = (path) => new URL(path, location.href.split(/[?#]/)[0]).href;

const client = new PublicClientApplication({
  auth: {
    clientId,
    authority: `${endpoints.login}/organizations`,
    knownAuthorities: [new URL(endpoints.login).host],
    redirectUri: here("redirect.html"),
    postLogoutRedirectUri: here("./"),
  },
});

function say(state, answer = "") {
  const account = client.getActiveAccount();
  find("who").textContent = account ? `${account.username} in ${account.tenantId}` : "";
  find("answer").textContent = answer && JSON.stringify(answer, null, 2);
  for (const id of ["call", "renew", "sign-out"]) find(id).disabled = !account;
  find("sign-in").disabled = !!account;
  find("state").textContent = state;
}

async function token(scopes, more) {
  try {
    return (await client.acquireTokenSilent({ scopes, ...more })).accessToken;
  } catch (error) {
    if (!more?.claims || !(error instanceof InteractionRequiredAuthError)) throw error;
    return client.acquireTokenRedirect({ scopes, ...more }); // the page is left
  }
}

async function get(url, scopes) {
  const ask = async (more) => fetch(url, { headers: { Authorization: `Bearer ${await token(scopes, more)}` } });
  let answer = await ask();
  // A resource that wants more of a token says what, and the library passes it on.
  const wanted = /claims="([^"]+)"/.exec(answer.headers.get("www-authenticate") ?? "");
  if (answer.status === 401 && wanted) answer = await ask({ claims: atob(wanted[1]) });
  return { status: answer.status, body: await answer.json() };
}

async function call() {
  const me = await get(`${endpoints.graph}/v1.0/me`, GRAPH);
  const companies = await get(`${endpoints.businessCentral}/v2.0/Production/api/v2.0/companies`, BUSINESS_CENTRAL);
  say("called", { me, companies });
}

async function renew() {
  const old = await token(GRAPH);
  const renewed = await token(GRAPH, { forceRefresh: true });
  say(old === renewed ? "the old token came again" : "renewed");
}

// The library's own class, code and number of an error: that is what an application decides by.
const failed = (error) =>
  say(`failed: ${error.name} ${error.errorCode}`, { errorNo: error.errorNo, subError: error.subError, claims: error.claims, message: error.message });

const on = (id, act) => find(id).addEventListener("click", () => act().catch(failed));

on("sign-in", () => client.loginRedirect({ scopes: GRAPH, extraScopesToConsent: BUSINESS_CENTRAL }));
on("call", call);
on("renew", renew);
// With the account, so that sign-out carries its `login_hint` claim; without it Entra asks which account is meant.
on("sign-out", () => client.logoutRedirect({ account: client.getActiveAccount() }));

try {
  await client.initialize();
  const answer = await client.handleRedirectPromise();
  if (answer) client.setActiveAccount(answer.account);
  say(answer ? "signed in" : "ready", answer && { scopes: answer.scopes, uniqueId: answer.uniqueId, claims: answer.idTokenClaims });
} catch (error) {
  failed(error);
}
