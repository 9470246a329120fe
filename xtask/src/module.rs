//! The module for partners who bundle: a build of its own (feature `module`), because values cross to its host by
//! serde-wasm-bindgen, which the page does not carry. Its program under stable names, its types, and the page's style sheet kept
//! inside the element. Nothing of it is part of the page's first load.

use crate::names;
use crate::page::COMPILED_WITH;
use crate::project::Project;
use crate::say::Failure;
use crate::step;
use crate::tools::{PageTools, WASM_TARGET};
use std::fs;
use std::path::Path;

const NAME: &str = "entrada";
/// The feature of the package; `page.rs` writes it into the stamp.
pub(crate) const FEATURE: &str = "module";
/// What wasm-opt does first; in the page it is Trunk that asks for it.
const FIRST: [&str; 1] = ["-Oz"];
/// Where `app.css` speaks of the document, and what that is inside a partner's page.
const SCOPED: [(&str, &str); 2] = [("  body { margin: 0;", "  :scope {"), (":root { --control", ":scope { --control")];

/// Makes `dist/module/`, with the tools and the flags of the page. Without Trunk: there is no page around it.
pub(crate) fn build(project: &Project, tools: &PageTools) -> Result<(), Failure> {
    // With the page's own target folder they share everything but the last crate.
    let mut compile = project.cargo();
    compile
        .args(["build", "--offline", "--release", "--package", NAME, "--bin", NAME, "--target", WASM_TARGET])
        .args(["--features", FEATURE])
        .envs(COMPILED_WITH);
    step::run(project, "building the module (release)", "module", &mut compile)?;
    let made = project.work().join("module");
    let _ = fs::remove_dir_all(&made);
    let mut bind = project.command(&tools.wasm_bindgen);
    bind.args(["--target", "web", "--out-name", NAME, "--out-dir"])
        .arg(&made)
        .arg(project.target.join(WASM_TARGET).join("release").join(format!("{NAME}.wasm")));
    step::run(project, "making the module's script and types", "module-bindgen", &mut bind)?;
    if let Some(wasm_opt) = &tools.wasm_opt {
        names::shorten(project, wasm_opt, &made.join(format!("{NAME}_bg.wasm")), &FIRST)?;
    }
    pack(project, &made)
}

/// Puts `dist/module/` together.
fn pack(project: &Project, made: &Path) -> Result<(), Failure> {
    let folder = project.dist().join("module");
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| trouble(path, &error));
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| trouble(&path, &error))
    };
    fs::create_dir_all(&folder).map_err(|error| trouble(&folder, &error))?;
    for name in [format!("{NAME}_bg.wasm"), format!("{NAME}.js")] {
        let from = made.join(&name);
        fs::copy(&from, folder.join(&name)).map_err(|error| trouble(&from, &error))?;
    }
    write(&format!("{NAME}.d.ts"), &for_partners(&read(&made.join(format!("{NAME}.d.ts")))?)?)?;
    let www = project.root.join("www");
    write(&format!("{NAME}.css"), &scoped(&read(&www.join("tokens.css"))?, &read(&www.join("app.css"))?)?)?;
    let version = env!("CARGO_PKG_VERSION");
    write(
        "package.json",
        &format!(
            "{{\n  \"name\": \"{NAME}\",\n  \"version\": \"{version}\",\n  \"type\": \"module\",\n  \"main\": \"{NAME}.js\",\n  \"types\": \"{NAME}.d.ts\",\n  \"license\": \"MIT OR Apache-2.0\"\n}}\n"
        ),
    )
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// Types without what is not there any more: what the program exports has other names by now, and nobody calls it but its own
/// script; the second way to start is gone (`names.rs`).
fn for_partners(types: &str) -> Result<String, Failure> {
    if !types.contains("export function mount(") {
        return Err(Failure::new("the module does not export `mount`".to_owned()));
    }
    let interface = "export interface InitOutput {";
    let without_exports = || {
        let (before, rest) = types.split_once(interface)?;
        Some(format!("{before}{interface}}}{}", rest.split_once("\n}")?.1))
    };
    let without_start = |types: String| {
        let (before, rest) = types.split_once("export function initSync(")?;
        // Its comment goes with it.
        let before = &before[..before.rfind("/**")?];
        Some(format!("{before}{}", rest.split_once('\n')?.1.trim_start()))
    };
    without_exports()
        .and_then(without_start)
        .ok_or_else(|| Failure::new("the program's types do not say what it exports and how it starts".to_owned()))
}

/// Both style sheets, reaching no further than the element.
fn scoped(tokens: &str, app: &str) -> Result<String, Failure> {
    let once = |text: &str, old: &str, new: &str| match text.matches(old).count() {
        1 => Ok(text.replace(old, new)),
        count => Err(Failure::new(format!("the style sheets have {old:?} {count} times, not once"))),
    };
    let tokens = once(tokens, "  :root {", "  [data-entrada] {")?;
    let mut app = app.to_owned();
    for (old, new) in SCOPED {
        app = once(&app, old, new)?;
    }
    Ok(format!("{tokens}\n@scope ([data-entrada]) {{\n{app}}}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn www(name: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../www").join(name)).unwrap()
    }

    #[test]
    fn the_style_sheet_of_the_module_leaves_the_document_alone() {
        let css = scoped(&www("tokens.css"), &www("app.css")).unwrap();
        assert!(!css.contains(":root") && !css.contains("body {"));
        assert!(scoped("", &www("app.css")).is_err());
    }

    #[test]
    fn types_lose_what_is_not_there_any_more() {
        let types = "export function mount(): void;\nexport interface InitOutput {\n    readonly a: () => void;\n}\n/**\n * At once\n */\nexport function initSync(): void;\n\nexport default x;\n";
        let cut = for_partners(types).unwrap();
        assert_eq!(cut, "export function mount(): void;\nexport interface InitOutput {}\nexport default x;\n");
        for missing in ["mount()", "InitOutput", "initSync"] {
            assert!(for_partners(&types.replace(missing, "other")).is_err(), "{missing}");
        }
    }

    /// A partner loads it in every page that has the element, whether it is opened or not.
    #[test]
    fn the_element_weighs_less_than_four_kilobytes() {
        let weight = crate::weight::brotli_length(www("embed.js").as_bytes()).unwrap();
        assert!((500..4096).contains(&weight), "{weight}");
    }
}
