// The page Microsoft Entra sends the browser back to. It hands the answer to the app in the fragment, which no server ever sees,
// and replaces itself in the history, so that "back" does not land on a used code. It keeps nothing, sends nothing.
// Admin consent answers in the query whatever was asked (sign-in.md 2.3): it goes the same way.
const answer = location.hash.slice(1) || location.search.slice(1);
const state = new URLSearchParams(answer).get("state") ?? "";
if (state.startsWith("relay.")) {
  // A sign-in that began in a frame: the relay page waits for it in another window of this browser (relay.js).
  history.replaceState(null, "", location.pathname);
  new BroadcastChannel(`entrada.signin.${state}`).postMessage(answer);
  // Where the browser does not let a page close its window, the page says what to do.
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("back").hidden = true;
    document.getElementById("done").hidden = false;
  });
  close();
} else {
  location.replace(answer ? `./#${answer}` : "./");
}
