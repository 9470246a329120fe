// Signs in for a page of ours that stands in somebody else's page (sign-in.md 3.4). Microsoft's pages refuse frames, and what
// the frame stores is not what a window stores; so the frame opens this page, this page opens Microsoft's in a second window,
// redirect.html hands the answer back over a channel that both windows share, and this page gives it to the frame. It sees an
// authorization code and never the verifier, so it can redeem nothing. It keeps nothing and sends nothing to any server.
//
// The address to open stands in the fragment, where anybody could have written anything: it is taken out of the address bar
// before all else, and used only when it is an authorization request of this very deployment at the configured sign-in service.
"use strict";
const asked = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const LOGIN = {
  worldwide: "https://login.microsoftonline.com",
  "us-government": "https://login.microsoftonline.us",
  "us-government-dod": "https://login.microsoftonline.us",
  china: "https://login.partner.microsoftonline.cn",
};

const WORDS = {
  en: {
    title: "Sign in with Microsoft",
    who: "Entrada at {here} asks you to sign in.",
    inside: "Entrada at {here} asks you to sign in. It is shown inside a page of {host}.",
    where: "The next window belongs to {login}. When you have signed in there, both windows close and the page you came from goes on.",
    go: "Continue to {login}",
    cancel: "Cancel",
    waiting: "Waiting for the sign-in in the other window. If it is gone, continue once more.",
    blocked: "The browser did not let the window open. Allow pop-up windows for this page and continue once more.",
    done: "Signed in. You can close this window.",
    refused: "This sign-in is not opened",
    broken: "The address this page was given cannot be read.",
    insecure: "The address this page was given does not begin with https.",
    credentials: "The address this page was given carries a name or a password.",
    elsewhere: "The address this page was given leads to {login}, which is not the sign-in service of this page.",
    foreign: "The address this page was given is no sign-in of this page.",
    unsettled: "The settings of this page did not load. Try again.",
    framed: "This page does its work only in a window of its own.",
    alone: "This window is cut off from the page that asked for it: it was opened by a link, or the page around Entrada forbids it to speak with its windows. Close it, and open Entrada in a window of its own.",
  },
  da: {
    title: "Log på med Microsoft",
    who: "Entrada på {here} beder dig logge på.",
    inside: "Entrada på {here} beder dig logge på. Den vises inde i en side fra {host}.",
    where: "Det næste vindue hører til {login}. Når du er logget på der, lukker begge vinduer, og siden, du kom fra, går videre.",
    go: "Fortsæt til {login}",
    cancel: "Annuller",
    waiting: "Venter på, at du logger på i det andet vindue. Er det væk, så fortsæt én gang til.",
    blocked: "Browseren lod ikke vinduet åbne. Tillad pop op-vinduer for denne side, og fortsæt én gang til.",
    done: "Du er logget på. Du kan lukke dette vindue.",
    refused: "Dette logon åbnes ikke",
    broken: "Adressen, som denne side fik, kan ikke læses.",
    insecure: "Adressen, som denne side fik, begynder ikke med https.",
    credentials: "Adressen, som denne side fik, indeholder et navn eller en adgangskode.",
    elsewhere: "Adressen, som denne side fik, fører til {login}, som ikke er denne sides logontjeneste.",
    foreign: "Adressen, som denne side fik, er ikke et logon for denne side.",
    unsettled: "Denne sides indstillinger blev ikke indlæst. Prøv igen.",
    framed: "Denne side virker kun i sit eget vindue.",
    alone: "Dette vindue er afskåret fra siden, der bad om det: Det blev åbnet af et link, eller siden omkring Entrada forbyder den at tale med sine vinduer. Luk det, og åbn Entrada i sit eget vindue.",
  },
  de: {
    title: "Mit Microsoft anmelden",
    who: "Entrada auf {here} bittet Sie, sich anzumelden.",
    inside: "Entrada auf {here} bittet Sie, sich anzumelden. Es wird in einer Seite von {host} angezeigt.",
    where: "Das nächste Fenster gehört zu {login}. Wenn Sie dort angemeldet sind, schließen sich beide Fenster, und die Seite, von der Sie kamen, fährt fort.",
    go: "Weiter zu {login}",
    cancel: "Abbrechen",
    waiting: "Wartet auf die Anmeldung im anderen Fenster. Ist es nicht mehr da, gehen Sie noch einmal weiter.",
    blocked: "Der Browser hat das Fenster nicht geöffnet. Erlauben Sie Pop-up-Fenster für diese Seite, und gehen Sie noch einmal weiter.",
    done: "Sie sind angemeldet. Sie können dieses Fenster schließen.",
    refused: "Diese Anmeldung wird nicht geöffnet",
    broken: "Die Adresse, die diese Seite erhielt, ist nicht lesbar.",
    insecure: "Die Adresse, die diese Seite erhielt, beginnt nicht mit https.",
    credentials: "Die Adresse, die diese Seite erhielt, enthält einen Namen oder ein Kennwort.",
    elsewhere: "Die Adresse, die diese Seite erhielt, führt zu {login}, und das ist nicht der Anmeldedienst dieser Seite.",
    foreign: "Die Adresse, die diese Seite erhielt, ist keine Anmeldung dieser Seite.",
    unsettled: "Die Einstellungen dieser Seite wurden nicht geladen. Versuchen Sie es noch einmal.",
    framed: "Diese Seite arbeitet nur in einem eigenen Fenster.",
    alone: "Dieses Fenster ist von der Seite abgeschnitten, die es wollte: Ein Link hat es geöffnet, oder die Seite um Entrada herum verbietet ihm, mit seinen Fenstern zu sprechen. Schließen Sie es, und öffnen Sie Entrada in einem eigenen Fenster.",
  },
};

// The page that asks is ours when its document can be read at all. A stranger who opens this page gets no sign-in for it.
function asker() {
  try {
    return opener && opener.origin === location.origin ? opener.document && opener : null;
  } catch {
    return null;
  }
}

const frame = asker();
const tongue = (frame ? frame.document.documentElement.lang : navigator.language).slice(0, 2);
const words = WORDS[tongue] ?? WORDS.en;
const slots = { here: location.host, host: frame?.location.ancestorOrigins?.[0] ?? "", login: "" };
const say = (key) => words[key].replace(/\{(\w+)\}/g, (_, slot) => slots[slot]);
const show = (id, key) => {
  const element = document.getElementById(id);
  element.textContent = say(key);
  element.hidden = false;
  return element;
};

function refuse(why) {
  show("title", "refused");
  show("state", why).dataset.why = why;
}

function isLocal(host) {
  return host === "localhost" || host.endsWith(".localhost") || host === "127.0.0.1" || host === "[::1]";
}

// Where this deployment signs in. A sign-in service of another make is configured by its issuer.
async function login() {
  const response = await fetch("config.json", { credentials: "same-origin", cache: "no-cache" });
  const { endpoints } = await response.json();
  if (!endpoints) return LOGIN.worldwide;
  return endpoints.cloud ? LOGIN[endpoints.cloud] : new URL(endpoints.login ?? endpoints.authority).origin;
}

async function start() {
  document.documentElement.lang = WORDS[tongue] ? tongue : "en";
  if (self !== top) return refuse("framed");
  let url;
  try {
    url = new URL(asked);
  } catch {
    return refuse("broken");
  }
  slots.login = url.host;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal(url.hostname))) return refuse("insecure");
  if (url.username || url.password) return refuse("credentials");
  try {
    if (url.origin !== (await login())) return refuse("elsewhere");
  } catch {
    return refuse("unsettled");
  }
  const only = (name) => {
    const all = url.searchParams.getAll(name);
    return all.length === 1 ? all[0] : "";
  };
  const state = only("state");
  const ours = only("redirect_uri") === new URL("redirect.html", location).href && only("response_type") === "code";
  if (!ours || !/^relay\.[\w-]{16,64}$/.test(state)) return refuse("foreign");
  if (!frame) return refuse("alone");

  const channel = new BroadcastChannel(`entrada.signin.${state}`);
  channel.onmessage = ({ data }) => {
    // Everybody of our own origin can speak here, so it is looked at once more; the frame looks again.
    if (typeof data !== "string" || new URLSearchParams(data).get("state") !== state) return;
    channel.close();
    frame.postMessage({ entrada: 1, type: "sign-in-answer", state, answer: data }, location.origin);
    show("state", "done");
    close();
  };
  show("title", "title");
  show("who", slots.host ? "inside" : "who");
  show("where", "where");
  show("cancel", "cancel").onclick = () => close();
  const button = show("continue", "go");
  // In the click itself: a moment later it would be a pop-up nobody asked for. Whether the window is still there cannot be
  // known: Microsoft's pages cut it off from this one, which makes it look closed at once (sign-in.md 3.3).
  button.onclick = () => show("state", open(url.href, "_blank", "popup,width=520,height=720") ? "waiting" : "blocked");
  button.focus();
}

start();
