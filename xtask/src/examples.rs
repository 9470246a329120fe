//! What partners write, tried with the tools of partners: the types of element and module with TypeScript, the module with Vite.

use crate::project::{Project, on_path};
use crate::say::Failure;
use crate::step;

/// Installs what `docs/examples/vite` names in its lock file, checks the types, and builds the example around `dist/module/`.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    let npm = on_path(&["npm"]).ok_or_else(|| Failure::new("npm is not on PATH".to_owned()))?;
    let example = project.root.join("docs").join("examples").join("vite");
    let run = |title: &str, log: &str, arguments: &[&str]| {
        let mut command = project.command(&npm);
        command.args(arguments).current_dir(&example);
        step::run(project, title, log, &mut command)
    };
    run("installing the Vite example", "example-install", &["ci", "--no-audit", "--no-fund", "--ignore-scripts"])?;
    run("types of the module (TypeScript)", "example-types", &["run", "check"])?;
    run("the module in Vite", "example-build", &["run", "build"])?;
    Ok(())
}
