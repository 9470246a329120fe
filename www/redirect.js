// The page Microsoft Entra sends the browser back to. It hands the answer to the app in the fragment, which no server ever sees,
// and replaces itself in the history, so that "back" does not land on a used code. It reads nothing, keeps nothing, sends nothing.
// Admin consent answers in the query whatever was asked (sign-in.md 2.3): it goes the same way.
const { hash, search } = location;
location.replace("./" + (hash.length > 1 ? hash : search.length > 1 ? "#" + search.slice(1) : ""));
