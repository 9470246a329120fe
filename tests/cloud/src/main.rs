//! `entrada-cloud`: the local stand-in as a program. Prints where it listens and runs until Ctrl-C.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to a person")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use entrada_cloud::server::{self, Running, Start};

const USAGE: &str = "\
entrada-cloud: a local stand-in for Microsoft's sign-in, Graph and Business Central

  --host NAME                name in every address (localhost)
  --login-host, --graph-host, --bc-host, --page-host NAME
                             names of single origins, such as login.localhost
  --login-port, --graph-port, --bc-port, --page-port N
                             ports; 0 or absent picks free ones
  --page FOLDER              serve a built page as a fourth origin
  --page-base /sub/path/     serve the page below a path
  --embedded-by ORIGIN       lets pages of this origin frame the page (may be repeated)
  --tls                      https with a certificate made at start
  --certificate-file FILE    where to write that certificate (PEM)
  --contract FILE.yaml       judge every Graph exchange by this OpenAPI description
  --ready-file FILE          write all addresses as JSON once everything listens
  --seed N                   seed of every id and secret (1)
  --end-with-stdin           end when standard input closes: whoever started this is gone";

#[derive(Default)]
struct Options {
    start: Start,
    ready_file: Option<PathBuf>,
    certificate_file: Option<PathBuf>,
    end_with_stdin: bool,
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        if name == "--help" || name == "-h" {
            return Ok(None);
        }
        if name == "--tls" {
            options.start.tls = true;
            continue;
        }
        if name == "--end-with-stdin" {
            options.end_with_stdin = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        let port = || value.parse::<u16>().map_err(|_| format!("{name} needs a port number, not '{value}'"));
        match name.as_str() {
            "--host" => options.start.host.clone_from(&value),
            "--login-host" => options.start.hosts.login = Some(value),
            "--graph-host" => options.start.hosts.graph = Some(value),
            "--bc-host" => options.start.hosts.business_central = Some(value),
            "--page-host" => options.start.hosts.page = Some(value),
            "--embedded-by" => options.start.embedded_by.push((value, false)),
            "--login-port" => options.start.login_port = port()?,
            "--graph-port" => options.start.graph_port = port()?,
            "--bc-port" => options.start.business_central_port = port()?,
            "--page-port" => options.start.page_port = port()?,
            "--page" => options.start.page = Some(PathBuf::from(&value)),
            "--page-base" => options.start.page_base.clone_from(&value),
            "--contract" => options.start.contract = Some(PathBuf::from(&value)),
            "--ready-file" => options.ready_file = Some(PathBuf::from(&value)),
            "--certificate-file" => options.certificate_file = Some(PathBuf::from(&value)),
            "--seed" => {
                options.start.seed = value.parse().map_err(|_| format!("--seed needs a number, not '{value}'"))?;
            }
            other => return Err(format!("unknown option {other}")),
        }
    }
    Ok(Some(options))
}

#[tokio::main]
async fn main() -> ExitCode {
    match read(std::env::args().skip(1)) {
        Ok(None) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("entrada-cloud: {why}\n\n{USAGE}");
            ExitCode::FAILURE
        }
        Ok(Some(options)) => match run(options).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("entrada-cloud: {error}");
                ExitCode::FAILURE
            }
        },
    }
}

async fn run(options: Options) -> std::io::Result<()> {
    let running = server::start(options.start).await?;
    if let (Some(path), Some(certificate)) = (&options.certificate_file, &running.certificate) {
        std::fs::write(path, certificate)?;
    }
    if let Some(path) = &options.ready_file {
        // Written beside and moved, so that nobody reads half a file.
        let half = path.with_extension("partly");
        std::fs::write(&half, addresses(&running))?;
        std::fs::rename(&half, path)?;
    }
    println!("sign-in           {}", running.origins.login);
    println!("Graph             {}", running.origins.graph);
    println!("Business Central  {}", running.origins.business_central);
    if let Some(page) = &running.page {
        println!("page              {page}");
    }
    println!("control           {}/_cloud/state", running.origins.login);
    if options.end_with_stdin {
        tokio::select! {
            () = server::until_interrupted() => {}
            () = until_stdin_closes() => {}
        }
    } else {
        server::until_interrupted().await;
    }
    running.stop().await;
    // Whoever read our output may be gone by now, which is no reason to complain.
    let _ = writeln!(std::io::stdout(), "ended");
    Ok(())
}

/// Waits for the end of standard input. The thread that reads may outlive the wait; the end of the program ends it.
async fn until_stdin_closes() {
    let (sender, closed) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // However reading ends, nobody can write to us any more.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = closed.await;
}

fn addresses(running: &Running) -> String {
    let json = serde_json::json!({
        "login": running.origins.login,
        "graph": running.origins.graph,
        "businessCentral": running.origins.business_central,
        "page": running.page,
        "certificate": running.certificate,
    });
    format!("{json:#}\n")
}
