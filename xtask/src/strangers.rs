//! The programs nobody here wrote (`tests/strangers`): installs their npm packages once per lock file, and prepares what the
//! journeys start.

use crate::machine;
use crate::project::{Cache, Project, on_path};
use crate::say::Failure;
use crate::step;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// Why there are no strangers on this machine.
#[derive(Debug)]
pub(crate) enum Missing {
    /// There is no Node, which nothing else needs.
    Node(String),
    /// Something went wrong.
    Failed(Failure),
}

impl From<Failure> for Missing {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Installs and prepares; answers the folder the journeys want to know.
pub(crate) fn prepare(project: &Project) -> Result<PathBuf, Missing> {
    let (Some(npm), Some(node)) = (on_path(&["npm"]), on_path(&["node"])) else {
        return Err(Missing::Node(format!("Node is not on PATH. {}", machine::NODE.advice().replace('\n', " "))));
    };
    let source = project.root.join("tests").join("strangers");
    let modules = install(project, &npm, &source)?;
    let out = project.work().join("strangers");
    let mut prepare = project.command(node);
    prepare.arg(source.join("prepare.mjs")).arg(modules).arg(&out);
    step::run(project, "bundling the page of the strangers", "strangers-prepare", &mut prepare)?;
    Ok(out)
}

/// The packages in exactly the versions of the lock file, in a folder of the cache named after it.
fn install(project: &Project, npm: &Path, source: &Path) -> Result<PathBuf, Failure> {
    let lock = source.join("package-lock.json");
    let text = fs::read(&lock).map_err(|error| Failure::new(format!("cannot read {}: {error}", lock.display())))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let folder = Cache::find().tools.join(format!("strangers-{:016x}", hasher.finish()));
    let modules = folder.join("node_modules");
    // npm writes this file last, so a folder with it is complete.
    if modules.join(".package-lock.json").is_file() {
        return Ok(modules);
    }
    let copy = |name: &str| fs::copy(source.join(name), folder.join(name));
    fs::create_dir_all(&folder)
        .and_then(|()| copy("package.json"))
        .and_then(|_| copy("package-lock.json"))
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))?;
    let mut install = project.command(npm);
    install.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder);
    step::run(project, "installing the npm packages of tests/strangers", "install-strangers", &mut install)?;
    Ok(modules)
}
