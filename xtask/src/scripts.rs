//! Shortens the scripts of the first load with terser: the program's own, which Trunk's minifier cannot read, and `start.js`.

use crate::names::{file_name, only_file};
use crate::project::Project;
use crate::say::Failure;
use crate::step;
use crate::tools;
use entrada::protocol::base64;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Both are modules, so no name of theirs is seen outside; browsers that run the program know the language of 2020; and no
/// function of theirs is called with `new`, nor any getter relied upon.
const OPTIONS: [&str; 5] = [
    "--module",
    "--mangle",
    "--ecma=2020",
    "--compress",
    "passes=3,ecma=2020,unsafe_arrows,unsafe_methods,pure_getters",
];

/// Shortens both scripts in `dist/`. Without Node or terser they stay as they are.
pub(crate) fn shorten(project: &Project) -> Result<(), Failure> {
    let (Some(node), Some(terser)) = (tools::node(), tools::terser(project)) else { return Ok(()) };
    let dist = project.dist();
    let stem = file_name(&only_file(&dist, "_bg.wasm")?).replace("_bg.wasm", "");
    let start = names_of(&dist, "start-")?;
    for (script, log) in [(format!("{stem}.js"), "terser"), (start.clone(), "terser-start")] {
        let path = dist.join(script);
        let mut command = project.command(&node);
        command.arg(&terser).arg(&path).args(OPTIONS).arg("--output").arg(&path);
        step::run(project, "shortening a script", log, &mut command)?;
    }
    // The page names what start.js has to be; its own name keeps Trunk's hash, as the same sources always give the same result.
    let read = |path: &Path| fs::read(path).map_err(|error| trouble(path, &error));
    let index = dist.join("index.html");
    let html = String::from_utf8_lossy(&read(&index)?).into_owned();
    let html = with_integrity(&html, &start, &read(&dist.join(&start))?).map_err(Failure::new)?;
    fs::write(&index, html).map_err(|error| trouble(&index, &error))
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// The only script in a folder whose name begins so.
fn names_of(folder: &Path, beginning: &str) -> Result<String, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| trouble(folder, &error))?;
    let mut names =
        entries.filter_map(Result::ok).map(|entry| file_name(&entry.path())).filter(|name| name.starts_with(beginning));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        _ => Err(Failure::new(format!("exactly one file {beginning}* is expected in {}", folder.display()))),
    }
}

/// The page with the hash of a script's new content where that of its old one stood, in the same tag.
fn with_integrity(html: &str, name: &str, content: &[u8]) -> Result<String, String> {
    const MARK: &str = "integrity=\"sha256-";
    let lost = || format!("index.html does not say what {name} has to be");
    let named = html.find(name).ok_or_else(lost)?;
    let from = html[..named].rfind('<').ok_or_else(lost)?;
    let tag_end = from + html[from..].find('>').ok_or_else(lost)?;
    let hash = from + html[from..tag_end].find(MARK).ok_or_else(lost)? + MARK.len();
    let hash_end = hash + html[hash..tag_end].find('"').ok_or_else(lost)?;
    let new = base64::encode_url(&Sha256::digest(content)).replace('-', "+").replace('_', "/");
    // 32 bytes are 43 signs and one to fill up.
    Ok(format!("{}{new}={}", &html[..hash], &html[hash_end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_expects_the_shortened_script() {
        let html = "<link integrity=\"sha256-b=\" href=a.css><script type=\"module\" src=\"./start-1.js\" integrity=\"sha256-old=\"></script>";
        assert_eq!(
            with_integrity(html, "start-1.js", b"abc").unwrap(),
            "<link integrity=\"sha256-b=\" href=a.css><script type=\"module\" src=\"./start-1.js\" integrity=\"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\"></script>"
        );
        assert!(with_integrity(html, "start-2.js", b"").is_err());
        assert!(with_integrity("<script src=start-1.js>", "start-1.js", b"").is_err());
    }
}
