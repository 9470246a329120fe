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
    // Its own pages for signing in and consenting; any name and any password are taken.
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  clientBasedCORS: (ctx, origin) => origin === new URL(page).origin,
  cookies: { keys: ["only for tests"] },
});

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
server.on("request", provider.callback());
say({ ready: true });
