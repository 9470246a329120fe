//! `cargo xtask screenshots`: walks through the journey in a browser and keeps a picture of every screen.

use crate::browser;
use crate::page;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::step;
use crate::tiers;
use crate::weight;

/// Builds the page if needed, takes the pictures, and lists them.
pub(crate) fn take(project: &Project) -> Result<(), Failure> {
    let browser = browser::ensure(project)?;
    page::build_if_changed(project)?;
    let folder = project.root.join(".artifacts").join("screenshots");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", folder.display())))?;
    let mut command = project.cargo();
    command
        .args(["test", "--package", "entrada-e2e", "--test", "screenshots", "--", "--ignored"])
        .env("ENTRADA_SHOTS", &folder);
    tiers::for_journeys(project, &browser, &mut command)?;
    step::run(project, "walking through the journey", "screenshots", &mut command)?;
    let pictures = weight::files_below(&folder)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", folder.display())))?;
    if pictures.is_empty() {
        return Err(Failure::new(format!("the journey left no picture in {}", folder.display())));
    }
    for picture in pictures {
        say::line(folder.join(picture).display());
    }
    Ok(())
}
