//! axe-core, which looks for accessibility violations inside a page. `cargo xtask test` fetches it; it comes with Node.

use std::env;

use serde_json::json;

use crate::Screen;

/// The program, or nothing (said aloud) on a machine without it. A build machine must have it.
fn program() -> Option<String> {
    let path = env::var_os("AXE_JS");
    let text = path.and_then(|path| std::fs::read_to_string(path).ok());
    let on_a_build_machine = env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(text.is_some() || !on_a_build_machine, "AXE_JS names no file");
    if text.is_none() {
        eprintln!("skipped: axe-core is not here (AXE_JS); `cargo xtask test` fetches it when there is Node");
    }
    text
}

impl Screen {
    /// Fails when the document looked at has an accessibility violation, in light or in dark. `least` rules have to apply.
    pub async fn is_accessible(&self, name: &str, least: usize) {
        let Some(axe) = program() else { return };
        self.eval(&axe).await;
        for dark in [false, true] {
            self.dark(dark).await;
            let rules = json!({ "resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
            let script = "const done = arguments[arguments.length - 1];
                // Colours move for a moment when the scheme changes; what is judged is where they arrive.
                for (const moving of document.getAnimations()) moving.effect.getComputedTiming().iterations === Infinity || moving.finish();
                axe.run(document, arguments[0]).then(found => done(found.violations.map(it =>
                  `${it.id}: ${it.help} | ${it.nodes.map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`)
                  .concat(found.passes.length < arguments[1] ? [`only ${found.passes.length} rules applied`] : [])), error => done([String(error)]))";
            let answer = self.driver().execute_async(script, vec![rules, json!(least)]).await.expect("axe runs");
            let (found, dark) = (answer.json(), if dark { "dark" } else { "light" });
            assert_eq!(*found, json!([]), "{name}, {dark}: {found:#}");
        }
        self.dark(false).await;
    }
}
