// Without an origin of its own a page cannot load its program: modules are asked for across origins, and no server allows that to
// nobody in particular. Plain scripts still run; this one goes to the page that says why (sign-in.md 3.4: frames with `sandbox`).
if (self.origin === "null") location.replace("sandboxed.html");
