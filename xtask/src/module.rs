//! The module for partners who bundle: the very program of the page under stable names, its types, and its style sheet kept
//! inside the element. Nothing of it is part of the page's first load.

use crate::names::{file_name, only_file};
use crate::project::Project;
use crate::say::Failure;
use std::fs;
use std::path::Path;

const NAME: &str = "entrada";
/// Where `app.css` speaks of the document, and what that is inside a partner's page.
const SCOPED: [(&str, &str); 2] = [("  body { margin: 0;", "  :scope {"), (":root { --control", ":scope { --control")];

/// Puts `dist/module/` together from what Trunk has made.
pub(crate) fn pack(project: &Project) -> Result<(), Failure> {
    let dist = project.dist();
    let folder = dist.join("module");
    let wasm = only_file(&dist, "_bg.wasm")?;
    let stem = file_name(&wasm).replace("_bg.wasm", "");
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| trouble(path, &error));
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| trouble(&path, &error))
    };
    fs::create_dir_all(&folder).map_err(|error| trouble(&folder, &error))?;
    fs::copy(&wasm, folder.join(format!("{NAME}_bg.wasm"))).map_err(|error| trouble(&wasm, &error))?;
    let script = read(&dist.join(format!("{stem}.js")))?;
    write(&format!("{NAME}.js"), &script.replace(&stem, NAME))?;
    let types = dist.join(format!("{stem}.d.ts"));
    write(&format!("{NAME}.d.ts"), &without_exports(&read(&types)?)?)?;
    for beside in [types, dist.join(format!("{stem}_bg.wasm.d.ts"))] {
        // The second is there or not; neither is for the page.
        let _ = fs::remove_file(beside);
    }
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

/// What the program exports has other names by now, and nobody calls it but its own script.
fn without_exports(types: &str) -> Result<String, Failure> {
    let start = "export interface InitOutput {";
    let cut = types.split_once(start).and_then(|(before, rest)| Some((before, rest.split_once("\n}")?.1)));
    let (before, after) =
        cut.ok_or_else(|| Failure::new("the program's types do not say what it exports".to_owned()))?;
    Ok(format!("{before}export interface InitOutput {{}}{after}"))
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
    fn types_lose_what_has_other_names_by_now() {
        let types = "export function mount(): void;\nexport interface InitOutput {\n    readonly a: () => void;\n}\nexport default x;\n";
        let cut = without_exports(types).unwrap();
        assert_eq!(cut, "export function mount(): void;\nexport interface InitOutput {}\nexport default x;\n");
        assert!(without_exports("").is_err());
    }

    /// A partner loads it in every page that has the element, whether it is opened or not.
    #[test]
    fn the_element_weighs_less_than_four_kilobytes() {
        let weight = crate::weight::brotli_length(www("embed.js").as_bytes()).unwrap();
        assert!((500..4096).contains(&weight), "{weight}");
    }
}
