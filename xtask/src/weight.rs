//! What the page weighs: which files a first visit loads, their bytes raw and compressed, and the budget.
//! Pure except for [`weigh`], which reads `dist/`. The method is that of `facts/baseline-msal-spa.md`, so the numbers
//! can stand beside the baseline's.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Fetched by every visit although no file names it in a tag: the app reads it at start.
const READ_AT_START: &str = "config.json";

/// One file of `dist/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileWeight {
    /// Path below `dist/`, with slashes on every system.
    pub(crate) name: String,
    pub(crate) raw: u64,
    pub(crate) gzip: u64,
    pub(crate) brotli: u64,
    /// Whether a first visit loads it.
    pub(crate) first_load: bool,
}

/// Every file of `dist/`, those of the first load first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) files: Vec<FileWeight>,
}

impl Weight {
    /// Bytes a first visit loads, compressed with brotli.
    pub(crate) fn first_load(&self) -> u64 {
        self.sum(|file| file.brotli)
    }

    fn sum(&self, of: impl Fn(&FileWeight) -> u64) -> u64 {
        self.files.iter().filter(|file| file.first_load).map(of).sum()
    }

    /// The table `build` and `size` print.
    pub(crate) fn table(&self) -> String {
        let width =
            self.files.iter().map(|file| file.name.chars().count()).max().unwrap_or(0).max("first load (*)".len());
        let mut text = String::new();
        let mut row = |mark: &str, name: &str, numbers: [String; 3]| {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{mark:2}{name:width$} {:>10} {:>10} {:>10}", numbers[0], numbers[1], numbers[2]);
        };
        row("", "file", ["raw", "gzip 9", "brotli 11"].map(str::to_owned));
        for file in &self.files {
            row(if file.first_load { "*" } else { "" }, &file.name, [file.raw, file.gzip, file.brotli].map(thousands));
        }
        row(
            "",
            "first load (*)",
            [self.sum(|file| file.raw), self.sum(|file| file.gzip), self.sum(|file| file.brotli)].map(thousands),
        );
        text
    }
}

/// 128550 as "128,550".
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Weighs every file below `dist`. A file that `index.html` names and that is not there is an error.
pub(crate) fn weigh(dist: &Path) -> io::Result<Weight> {
    let html = fs::read_to_string(dist.join("index.html"))?;
    let names = files_below(dist)?;
    let mut loaded = BTreeSet::from(["index.html".to_owned(), READ_AT_START.to_owned()]);
    for address in named_by(&html) {
        let name = file_at(&address, &names).ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("index.html names {address}, which is not there"))
        })?;
        loaded.insert(name.clone());
    }
    let mut files = Vec::new();
    for name in names {
        let bytes = fs::read(dist.join(&name))?;
        files.push(FileWeight {
            raw: bytes.len() as u64,
            gzip: gzip_length(&bytes)?,
            brotli: brotli_length(&bytes)?,
            first_load: loaded.contains(&name),
            name,
        });
    }
    files.sort_by(|a, b| b.first_load.cmp(&a.first_load).then(b.brotli.cmp(&a.brotli)).then(a.name.cmp(&b.name)));
    Ok(Weight { files })
}

/// The file an address of the page leads to. Below which path the page was built to live does not matter:
/// `/setup/text/da.json` is `text/da.json` of `dist/`.
fn file_at<'a>(address: &str, files: &'a [String]) -> Option<&'a String> {
    let mut path = address.split(['?', '#']).next().unwrap_or_default();
    path = path.strip_prefix("./").unwrap_or(path);
    loop {
        if let Some(found) = files.iter().find(|file| *file == path) {
            return Some(found);
        }
        // Only an absolute address has a base path to be dropped.
        if !address.starts_with('/') {
            return None;
        }
        path = path.split_once('/')?.1;
    }
}

/// Paths of all files below a folder, with slashes, in order.
pub(crate) fn files_below(folder: &Path) -> io::Result<Vec<String>> {
    fn walk(folder: &Path, prefix: &str, into: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                walk(&entry.path(), &format!("{name}/"), into)?;
            } else {
                into.push(name);
            }
        }
        Ok(())
    }
    let mut files = Vec::new();
    walk(folder, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn gzip_length(bytes: &[u8]) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

pub(crate) fn brotli_length(bytes: &[u8]) -> io::Result<u64> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut io::Cursor::new(bytes), &mut packed, &parameters)?;
    Ok(packed.len() as u64)
}

/// The addresses on its own server that a page loads because its HTML names them: scripts, styles, preloads, icons and
/// manifests.
fn named_by(html: &str) -> BTreeSet<String> {
    const LOADED: [&str; 6] = ["stylesheet", "modulepreload", "preload", "icon", "manifest", "apple-touch-icon"];
    tags(html)
        .filter_map(|tag| match tag.name.as_str() {
            "script" | "img" => tag.attribute("src"),
            "link" => tag
                .attribute("rel")
                .is_some_and(|rel| rel.split_whitespace().any(|word| LOADED.contains(&word)))
                .then(|| tag.attribute("href"))
                .flatten(),
            _ => None,
        })
        .filter(|address| !address.is_empty() && !address.contains("//") && !address.starts_with("data:"))
        .collect()
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
}

/// The opening tags of a page Trunk wrote (its minifier drops quotes where HTML allows it).
fn tags(html: &str) -> impl Iterator<Item = Tag> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('<')?;
            rest = &rest[start + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let length = rest.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(rest.len());
            if length > 0 {
                let name = rest[..length].to_ascii_lowercase();
                let (attributes, after) = attributes(&rest[length..]);
                rest = after;
                return Some(Tag { name, attributes });
            }
        }
    })
}

/// Reads attributes up to the `>` that ends the tag; returns what follows it.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_whitespace() || character == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        if rest.is_empty() {
            return (found, rest);
        }
        let length = rest
            .find(|character: char| character.is_whitespace() || matches!(character, '=' | '>' | '/'))
            .unwrap_or(rest.len());
        if length == 0 {
            // A stray `=`; browsers make it part of a name, we only step over it.
            rest = &rest[1..];
            continue;
        }
        let name = rest[..length].to_ascii_lowercase();
        rest = &rest[length..];
        let value = match rest.trim_start().strip_prefix('=') {
            None => "",
            Some(after) => {
                let after = after.trim_start();
                let (value, following) = match after.chars().next() {
                    Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                    _ => after.split_at(
                        after
                            .find(|character: char| character.is_whitespace() || character == '>')
                            .unwrap_or(after.len()),
                    ),
                };
                rest = following;
                value
            }
        };
        found.push((name, value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(html: &str) -> Vec<String> {
        named_by(html).into_iter().collect()
    }

    #[test]
    fn everything_the_page_names_is_part_of_the_first_load() {
        let html = r#"<!doctype html><html><head>
            <link rel="stylesheet" href="./app-1f.css" integrity="sha384-a/b=">
            <link rel="icon" type="image/svg+xml" href="icon.svg">
            <link rel="modulepreload" href="./entrada-2e.js" crossorigin="anonymous">
            <link rel="preload" href="./entrada-2e_bg.wasm" as="fetch" type="application/wasm">
            <meta name="description" content="./not-a-file">
            <link rel="canonical" href="https://example.com/"><link rel="help" href="./help.html">
            <!-- <script src="./old.js"></script> -->
            <script type="module" src="./start-3d.js?x=1"></script>
            </head><body><a href="./redirect.html">x</a><img src="data:image/png;base64,AAAA"></body></html>"#;
        assert_eq!(
            names(html),
            ["./app-1f.css", "./entrada-2e.js", "./entrada-2e_bg.wasm", "./start-3d.js?x=1", "icon.svg"]
        );
    }

    #[test]
    fn minified_pages_are_read_too() {
        let html = "<link rel=stylesheet href=/setup/app.css><SCRIPT SRC='/setup/a/b.js' type=module></SCRIPT>\
                    <script src=https://cdn.example/x.js></script>";
        assert_eq!(names(html), ["/setup/a/b.js", "/setup/app.css"]);
    }

    #[test]
    fn broken_html_ends_quietly() {
        assert!(names("<script src=").is_empty());
        assert!(names("<<<!-- <link = =").is_empty());
        assert_eq!(names("<script src='x.js"), ["x.js"]);
    }

    #[test]
    fn an_address_is_found_below_any_base_path() {
        let files = ["app.css", "text/da.json"].map(str::to_owned);
        let found = |address| file_at(address, &files).map(String::as_str);
        assert_eq!(found("./app.css"), Some("app.css"));
        assert_eq!(found("app.css?v=1"), Some("app.css"));
        assert_eq!(found("/app.css"), Some("app.css"));
        assert_eq!(found("/a/b/text/da.json#x"), Some("text/da.json"));
        assert_eq!(found("elsewhere/app.css"), None);
        assert_eq!(found("/a/da.json"), None);
    }

    #[test]
    fn the_total_counts_only_the_first_load() {
        let file = |name: &str, brotli, first_load| FileWeight {
            name: name.to_owned(),
            raw: 2000,
            gzip: 1500,
            brotli,
            first_load,
        };
        let weight = Weight {
            files: vec![
                file("index.html", 1000, true),
                file("app.wasm", 70_000, true),
                file("redirect.html", 300, false),
            ],
        };
        assert_eq!(weight.first_load(), 71_000);
        let table = weight.table();
        let total = table.lines().last().unwrap();
        assert!(total.contains("4,000"), "{total}");
        assert!(total.ends_with("71,000"), "{total}");
        assert!(table.lines().any(|line| line.starts_with("* app.wasm")));
        assert!(table.lines().any(|line| line.starts_with("  redirect.html")));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(128_550), "128,550");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }

    #[test]
    fn compression_is_real() {
        let text = "Business Central ".repeat(500);
        let gzip = gzip_length(text.as_bytes()).unwrap();
        let brotli = brotli_length(text.as_bytes()).unwrap();
        assert!(brotli < gzip && gzip < 200, "{brotli} {gzip}");
        // An empty gzip file is its header, an empty block and its checksum.
        assert_eq!(gzip_length(b"").unwrap(), 20);
    }

    #[test]
    fn a_folder_is_weighed() {
        let dist = std::env::temp_dir().join(format!("entrada-weight-{}", std::process::id()));
        fs::create_dir_all(dist.join("text")).unwrap();
        fs::write(dist.join("index.html"), "<script src=./start.js></script>").unwrap();
        fs::write(dist.join("start.js"), "import('./x.js')").unwrap();
        fs::write(dist.join("config.json"), "{}").unwrap();
        fs::write(dist.join("text/da.json"), "{}").unwrap();
        let weight = weigh(&dist);
        fs::remove_file(dist.join("start.js")).unwrap();
        let incomplete = weigh(&dist);
        fs::remove_dir_all(&dist).unwrap();
        assert!(incomplete.unwrap_err().to_string().contains("./start.js"));
        let weight = weight.unwrap();
        let loaded: Vec<(&str, bool)> = weight.files.iter().map(|file| (file.name.as_str(), file.first_load)).collect();
        assert_eq!(loaded.len(), 4);
        assert_eq!(loaded[3], ("text/da.json", false));
        assert!(loaded[..3].iter().all(|(_, first_load)| *first_load));
    }
}
