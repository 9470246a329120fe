// node provider.mjs: an OpenID provider that nobody here wrote (oidc-provider), with one public client.
//
// Prints its issuer as JSON, reads one line of JSON from standard input ({ clientId, page }: the client and the address of the
// page it signs in for), prints { ready: true }, and ends when standard input closes. What it refuses or grants it prints, too:
// one JSON object per line, without codes and tokens.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { Provider, errors } from "oidc-provider";

const say = (it) => process.stdout.write(`${JSON.stringify(it)}\n`);
const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://localhost:${server.address().port}`;
const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit());
say({ issuer });
const [line] = await once(lines, "line");
const { clientId, page } = JSON.parse(line);

// Pages of our own, because the package's ask for a font at Google, and a test must not leave this machine.
const html = (title, body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1>${body}</html>`;
const LEAVE = '<button id="leave" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>';
const WORDS = { login: "Sign in as Petra", consent: "Accept" };

const person = { name: "Petra Provider", preferred_username: "petra@provider.example", email: "petra@provider.example" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      client_name: "Entrada",
      // A public client: nothing but PKCE binds its code.
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: [`${page}redirect.html`],
      post_logout_redirect_uris: [page],
    },
  ],
  // Microsoft's scopes are words to it, nothing more; access tokens are opaque.
  scopes: [
    "openid",
    "profile",
    "offline_access",
    "https://graph.microsoft.com/User.Read",
    "https://graph.microsoft.com/Application.ReadWrite.All",
    "https://api.businesscentral.dynamics.com/user_impersonation",
    "https://api.businesscentral.dynamics.com/Financials.ReadWrite.All",
  ],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
  // Entra puts them into the ID token; by OpenID Connect they come from the userinfo endpoint unless this is off.
  conformIdTokenClaims: false,
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...person }) }),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => (ctx.body = html("Sign out?", form + LEAVE)) },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  clientBasedCORS: (ctx, origin) => origin === new URL(page).origin,
  cookies: { keys: ["only for tests"] },
  interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
  renderError(ctx, out) {
    ctx.type = "html";
    ctx.body = html("Refused", `<p id="refused">${out.error}</p>`);
  },
});

/** Shows who wants what as one button, and takes it as answer. */
async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end(html(WORDS[prompt.name], `<form method="post"><button id="${prompt.name}">${WORDS[prompt.name]}</button></form>`));
  }
  let result = { login: { accountId: "petra" } };
  if (prompt.name === "consent") {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addOIDCClaims(prompt.details.missingOIDCClaims ?? []);
    result = { consent: { grantId: await grant.save() } };
  }
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

const told = ({ oidc }) => ({ client: oidc.client?.clientId, grant: oidc.params?.grant_type, scope: oidc.params?.scope });
for (const event of ["authorization.success", "grant.success", "end_session.success"]) {
  provider.on(event, (ctx) => say({ event, ...told(ctx) }));
}
for (const event of ["authorization.error", "grant.error", "end_session.error", "server_error"]) {
  provider.on(event, (ctx, error) => {
    const why = error instanceof errors.OIDCProviderError ? { error: error.error, why: error.error_description, detail: error.error_detail } : { error: String(error) };
    say({ event, ...told(ctx), ...why });
  });
}
const answer = provider.callback();
server.on("request", (request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  return interact(request, response).catch((error) => {
    say({ event: "interaction.error", error: String(error) });
    response.writeHead(500).end();
  });
});
say({ ready: true });
