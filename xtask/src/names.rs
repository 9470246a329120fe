//! Shortens the names under which the program and its JavaScript know each other.
//!
//! wasm-bindgen gives each of some hundred and fifty imports a long name that ends in a hash, once in either file: five
//! kilobytes that no compressor can save. wasm-opt can rename them in the program and prints what it did; here the same
//! is done to the JavaScript. The file names keep Trunk's hash: the same build always gives the same result.

use crate::project::Project;
use crate::say::Failure;
use crate::step;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rustc itself uses and browsers read; the same list as `data-wasm-opt-params` in index.html.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A second round after Trunk's `-Oz`, 2.4 KB of brotli on top of it: flattening and rebuilding the control flow opens what three
/// more rounds close, done twice. The first kilobyte of memory is the far end of the stack, so no address is ever that small; hints
/// about alignment are bytes that the common processors do not read. A function with one caller stays a function unless it is
/// small (index.html says nearly the same for the first round): what is poured into one has more variables than one byte can count.
const ONCE_MORE: [&str; 12] = [
    "--low-memory-unused",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "-Oz",
    "--skip-pass=merge-locals", // it costs a little after the flattening
    "--dealign",
    "--one-caller-inline-max-function-size=80",
];

/// Shortens the names in a program and its script, which lies beside it, and the program once more; `before` is what has not been
/// done to it yet.
pub(crate) fn shorten(project: &Project, wasm_opt: &Path, wasm: &Path, before: &[&str]) -> Result<(), Failure> {
    let script = wasm.with_file_name(file_name(wasm).replace("_bg.wasm", ".js"));
    let mut command = Command::new(wasm_opt);
    command
        .arg(wasm)
        .arg("-o")
        .arg(wasm)
        .args(before)
        .args(ONCE_MORE)
        .args(["--minify-imports-and-exports-and-modules", "--strip-producers"])
        .args(FEATURES);
    let done = step::run(project, "shortening names and code", "names", &mut command)?;
    let map = step::read_log(&done.log);
    let text = fs::read_to_string(&script).map_err(|error| trouble(&script, &error))?;
    let text = rename(&text, &map).map_err(Failure::new)?;
    fs::write(&script, text).map_err(|error| trouble(&script, &error))
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn only_file(folder: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| trouble(folder, &error))?;
    let mut found =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|it| file_name(it).ends_with(ending));
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        _ => Err(Failure::new(format!("exactly one file *{ending} is expected in {}", folder.display()))),
    }
}

/// Renames in the JavaScript what wasm-opt renamed in the program, and drops comments and indentation. The map's lines
/// are `["module", "old", "new"]` for imports and `["old", "new"]` for exports. What cannot be found is an error:
/// a name that differs on the two sides is a page that does not start.
fn rename(script: &str, map: &str) -> Result<String, String> {
    let mut text = String::with_capacity(script.len());
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !(line.starts_with("/*") || line.starts_with('*') || line.starts_with("//")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    let (mut modules, mut exports): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for line in map.lines().filter(|line| line.trim_start().starts_with('[')) {
        let names: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match names.as_slice() {
            [module, old, new] => {
                if !modules.contains(module) {
                    modules.push(module);
                }
                // An import stands as a member before its function, whatever that is.
                replace(&mut text, &format!("\n{old}:"), &format!("\n{new}:"))?;
            }
            [old, new] => {
                for after in ["(", ".", ",", ")", ";"] {
                    text = text.replace(&format!("wasm.{old}{after}"), &format!("wasm.{new}{after}"));
                }
                exports.push(old);
            }
            _ => return Err(format!("an unknown line in the map of names: {line}")),
        }
    }
    // Only behind `wasm.` is it an export: some have a function around them that bears the same name.
    if let Some(old) = exports.iter().find(|it| text.contains(&format!("wasm.{it}"))) {
        return Err(format!("the program's JavaScript uses {old:?} in an unknown way"));
    }
    for module in modules {
        replace(&mut text, &format!("\"{module}\":"), "a:")?;
    }
    tighten(&text)
}

/// Takes away the way to start that nobody takes: `initSync`. It is exported, so nobody else may.
fn tighten(script: &str) -> Result<String, String> {
    let mut text = script.to_owned();
    if let Some(start) = text.find("function initSync(") {
        let Some(end) = text.find("async function __wbg_init(").filter(|end| *end > start) else {
            return Err("the program's JavaScript has its ways to start in an unknown order".into());
        };
        text.replace_range(start..end, "");
        replace(&mut text, "{ initSync, ", "{ ")?;
    }
    Ok(text)
}

fn replace(text: &mut String, old: &str, new: &str) -> Result<(), String> {
    if !text.contains(old) {
        return Err(format!("the program's JavaScript does not name {:?}", old.trim()));
    }
    *text = text.replace(old, new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "/** What it does */\nfunction imports() {\n    const import0 = {\n        __wbg_a_1: function(it) { wasm.old(it, wasm.memory.buffer); },\n    };\n    return {\n        \"./e_bg.js\": import0,\n    };\n}\n";
    const MAP: &str = "{\n \"imports\": [\n  [\"./e_bg.js\", \"__wbg_a_1\", \"$\"]\n ],\n\"exports\": [\n  [\"old\", \"xc\"],\n  [\"memory\", \"oc\"],\n  [\"main\", \"pc\"]\n ]\n}\n";

    #[test]
    fn both_sides_get_the_same_names() {
        assert_eq!(
            rename(SCRIPT, MAP).unwrap(),
            "function imports() {\nconst import0 = {\n$: function(it) { wasm.xc(it, wasm.oc.buffer); },\n};\nreturn {\na: import0,\n};\n}\n"
        );
    }

    #[test]
    fn the_way_to_start_that_nobody_takes_is_left_out() {
        let script =
            "function initSync(m) {}\nasync function __wbg_init(p) {}\nexport { initSync, __wbg_init as default };\n";
        assert_eq!(tighten(script).unwrap(), "async function __wbg_init(p) {}\nexport { __wbg_init as default };\n");
        assert!(tighten("async function __wbg_init(p) {}\nfunction initSync(m) {}\n").is_err());
    }

    #[test]
    fn a_name_that_is_not_found_is_an_error() {
        assert!(rename(SCRIPT, &MAP.replace("__wbg_a_1", "__wbg_b_2")).unwrap_err().contains("__wbg_b_2"));
        assert!(rename(&SCRIPT.replace("wasm.old(", "wasm.old["), MAP).unwrap_err().contains("old"));
        assert!(rename(SCRIPT, &MAP.replace("e_bg", "f_bg")).is_err());
    }
}
