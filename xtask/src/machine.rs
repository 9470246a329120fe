//! What this machine is, which programs it has in which version, and how each one is got on each system.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The systems we can name exact commands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Debian,
    Fedora,
    Mac,
    Windows,
    Other,
}

impl System {
    /// The system this program runs on.
    pub(crate) fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Mac
        } else {
            let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
            Self::of_linux(&release)
        }
    }

    /// Reads `ID` and `ID_LIKE` of `/etc/os-release`.
    fn of_linux(release: &str) -> Self {
        let families: Vec<&str> = release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
            .flat_map(|value| value.trim_matches('"').split_whitespace())
            .collect();
        if families.contains(&"debian") || families.contains(&"ubuntu") {
            Self::Debian
        } else if families.contains(&"fedora") || families.contains(&"rhel") {
            Self::Fedora
        } else {
            Self::Other
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Debian => "Debian, Ubuntu",
            Self::Fedora => "Fedora",
            Self::Mac => "macOS",
            Self::Windows => "Windows",
            Self::Other => "this system",
        }
    }
}

/// How to get one program on each system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remedy {
    pub(crate) debian: &'static str,
    pub(crate) fedora: &'static str,
    pub(crate) mac: &'static str,
    pub(crate) windows: &'static str,
}

impl Remedy {
    /// The command for this system; every command when the system is none of the four.
    pub(crate) fn for_system(&self, system: System) -> String {
        match system {
            System::Debian => self.debian.to_owned(),
            System::Fedora => self.fedora.to_owned(),
            System::Mac => self.mac.to_owned(),
            System::Windows => self.windows.to_owned(),
            System::Other => [
                (System::Debian, self.debian),
                (System::Fedora, self.fedora),
                (System::Mac, self.mac),
                (System::Windows, self.windows),
            ]
            .map(|(system, command)| format!("{}: {command}", system.name()))
            .join("\n"),
        }
    }

    /// The sentence a failure carries.
    pub(crate) fn advice(&self) -> String {
        format!("Get it with\n{}", self.for_system(System::here()))
    }
}

const RUSTUP_SCRIPT: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

pub(crate) const RUSTUP: Remedy = Remedy {
    debian: RUSTUP_SCRIPT,
    fedora: RUSTUP_SCRIPT,
    mac: RUSTUP_SCRIPT,
    windows: "winget install Rustlang.Rustup",
};
pub(crate) const NODE: Remedy = Remedy {
    debian: "sudo apt install nodejs npm",
    fedora: "sudo dnf install nodejs npm",
    mac: "brew install node",
    windows: "winget install OpenJS.NodeJS.LTS",
};
pub(crate) const CHROMIUM: Remedy = Remedy {
    debian: "sudo apt install chromium (Ubuntu: sudo snap install chromium, which brings its driver)",
    fedora: "sudo dnf install chromium",
    mac: "brew install --cask google-chrome",
    windows: "winget install Google.Chrome",
};
pub(crate) const CHROMEDRIVER: Remedy = Remedy {
    debian: "sudo apt install chromium-driver",
    fedora: "sudo dnf install chromedriver",
    mac: "brew install --cask chromedriver",
    windows: "npx @puppeteer/browsers install chromedriver@stable, then set CHROMEDRIVER to the chromedriver.exe it names",
};
pub(crate) const FIREFOX: Remedy = Remedy {
    debian: "sudo apt install firefox-esr (Ubuntu: firefox)",
    fedora: "sudo dnf install firefox",
    mac: "brew install --cask firefox",
    windows: "winget install Mozilla.Firefox",
};
pub(crate) const CURL: Remedy = Remedy {
    debian: "sudo apt install curl",
    fedora: "sudo dnf install curl",
    mac: "brew install curl",
    windows: "part of Windows 10 and later; else winget install cURL.cURL",
};
pub(crate) const GIT: Remedy = Remedy {
    debian: "sudo apt install git",
    fedora: "sudo dnf install git",
    mac: "xcode-select --install",
    windows: "winget install Git.Git",
};

/// What `program --version` says, when the program is there and works.
pub(crate) fn version_text(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The version number of a program that is there and works.
pub(crate) fn version(program: &Path) -> Option<String> {
    version_text(program).and_then(|text| version_in(&text).map(str::to_owned))
}

/// The first word of a version text that is a number: every program frames it differently.
pub(crate) fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

/// The number before the first dot: a browser and its driver must agree on it.
pub(crate) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// Whether this user may install packages of the system.
pub(crate) fn is_root() -> bool {
    cfg!(unix)
        && Command::new("id")
            .arg("-u")
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let texts = [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-opt version 132 (version_132)", "132"),
            ("v20.20.2", "20.20.2"),
            ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12", "156.0.8078.79"),
            ("curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0", "8.5.0"),
        ];
        for (text, version) in texts {
            assert_eq!(version_in(text), Some(version));
        }
        assert_eq!(version_in("not a version"), None);
        assert_eq!(major("156.0.8078.79"), "156");
    }

    #[test]
    fn linux_families_are_told_apart() {
        assert_eq!(System::of_linux("ID=debian\n"), System::Debian);
        assert_eq!(System::of_linux("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(System::of_linux("NAME=Rocky\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), System::Fedora);
        assert_eq!(System::of_linux("ID=arch\n"), System::Other);
    }

    #[test]
    fn an_unknown_system_is_shown_every_way() {
        let text = GIT.for_system(System::Other);
        assert_eq!(text.lines().count(), 4);
        assert!(text.contains("Fedora: sudo dnf install git"));
    }
}
