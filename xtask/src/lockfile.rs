//! Reads one thing from `Cargo.lock`: which version of a package is used.

/// The version of `package`, when the lock file names exactly one.
pub(crate) fn version_of<'a>(lockfile: &'a str, package: &str) -> Option<&'a str> {
    let mut found = None;
    let mut lines = lockfile.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "[[package]]" {
            continue;
        }
        // Cargo writes the name first and the version second.
        let name = lines.next().and_then(|line| value(line, "name"));
        let version = lines.next().and_then(|line| value(line, "version"));
        if name == Some(package) {
            if found.is_some() {
                return None;
            }
            found = version;
        }
    }
    found
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim().strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKFILE: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.129"
source = "registry"
dependencies = [
 "wasm-bindgen-macro",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.128"

[[package]]
name = "syn"
version = "1.0.1"

[[package]]
name = "syn"
version = "2.0.2"
"#;

    #[test]
    fn the_version_of_the_very_package_is_read() {
        assert_eq!(version_of(LOCKFILE, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(version_of(LOCKFILE, "wasm-bindgen-macro"), Some("0.2.128"));
    }

    #[test]
    fn two_versions_or_none_are_no_answer() {
        assert_eq!(version_of(LOCKFILE, "syn"), None);
        assert_eq!(version_of(LOCKFILE, "wasm"), None);
        assert_eq!(version_of("", "wasm-bindgen"), None);
    }

    #[test]
    fn the_lock_file_of_this_repository_pins_wasm_bindgen() {
        let lockfile = include_str!("../../Cargo.lock");
        assert!(version_of(lockfile, "wasm-bindgen").is_some());
    }
}
