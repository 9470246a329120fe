if (self.origin === "null") location.replace("sandboxed.html");
