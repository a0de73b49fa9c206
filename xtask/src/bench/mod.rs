//! `cargo xtask bench [NAME…]`: measures a release build over loopback and prints one JSON line a figure.
//!
//! Nothing here links the product: a bench makes a network with the program's own commands, serves it, asks it over
//! HTTP and reads the kernel's accounting. Everything is bounded in time and count, lies in one temporary folder, and
//! what was started is ended by its process id. Figures and method are described in `docs/BENCHMARKS.md`.

mod build;
mod comments;
mod copy;
mod examples;
mod figure;
mod http;
mod import;
mod latency;
mod load;
mod network;
mod nginx;
mod page;
mod people;
mod process;
mod publish;
mod render;
mod scale;
mod sse;
mod start;
mod weight;

use anyhow::{Context, Result, bail};
use network::Network;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// What the benches share.
#[derive(Debug)]
pub(crate) struct Bench {
    root: PathBuf,
    binary: PathBuf,
    /// Examples are built as releases too; not in a trial with a program of one's own.
    release: bool,
    /// What was built before is used as it is.
    no_build: bool,
    folder: PathBuf,
    /// 1 is the size that the bars name.
    scale: f64,
    /// Also what takes many minutes.
    full: bool,
    rounds: usize,
    seconds: u64,
    /// The network of 10,000 stories that several benches ask, once it is made.
    shared: RefCell<Option<Network>>,
}

struct Kind {
    name: &'static str,
    says: &'static str,
    run: fn(&Bench) -> Result<()>,
    /// Part of a run without names.
    usual: bool,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "page",
        says: "front and story page from memory, against nginx",
        run: page::run,
        usual: true,
    },
    Kind {
        name: "render",
        says: "story pages that nobody asked for before",
        run: render::run,
        usual: true,
    },
    Kind {
        name: "publish",
        says: "wire item pushed to visible; update to pressed again",
        run: publish::run,
        usual: true,
    },
    Kind {
        name: "latency",
        says: "latencies at fixed rates while stories are published",
        run: latency::run,
        usual: true,
    },
    Kind {
        name: "comments",
        says: "comments taken, a story with 50 of them, a thread of 33,000",
        run: comments::run,
        usual: true,
    },
    Kind {
        name: "sse",
        says: "10,000 readers who wait for news",
        run: sse::run,
        usual: true,
    },
    Kind {
        name: "start",
        says: "start on a filled folder; memory idle and after load",
        run: start::run,
        usual: true,
    },
    Kind {
        name: "weight",
        says: "bytes of the demo's story page, styles and scripts",
        run: weight::run,
        usual: true,
    },
    Kind {
        name: "scale",
        says: "pages as the archive grows",
        run: scale::run,
        usual: true,
    },
    Kind {
        name: "import",
        says: "a WordPress export, a folder of agency items, a broken import",
        run: import::run,
        usual: true,
    },
    Kind {
        name: "parse",
        says: "agency documents parsed (an example of formats)",
        run: examples::parse,
        usual: true,
    },
    Kind {
        name: "pictures",
        says: "renditions of a picture (an example of services)",
        run: examples::pictures,
        usual: true,
    },
    Kind {
        name: "store",
        says: "durable writes and point reads (an example of store)",
        run: examples::store,
        usual: true,
    },
    Kind {
        name: "alerts",
        says: "alerts with polygons taken in, and matched to places (an example of the server)",
        run: examples::alerts,
        usual: true,
    },
    Kind {
        name: "push",
        says: "breaking news handed to a push service for a million browsers (an example of testkit)",
        run: examples::push,
        usual: false,
    },
    Kind {
        name: "build",
        says: "incremental build in dev, size of the program",
        run: build::run,
        usual: false,
    },
];

const USAGE: &str = "\
Usage: cargo xtask bench [NAME…] [--scale 0.1] [--seconds 4] [--rounds 3] [--full] [--binary FILE]

  --scale    sizes times this; bars that need the whole size are left out below 1
  --seconds  how long each load lasts
  --rounds   how often each is repeated; medians count
  --full     also a million items and 100,000 stories: many minutes and gigabytes
  --binary   measures this program instead of building a release
  --no-build measures the release and the examples that lie there from an earlier build

Benches:
";

/// Runs the benches that were named, or the usual ones.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    let Some((options, kinds)) = read_arguments(args)? else {
        print!("{USAGE}");
        for kind in KINDS {
            println!(
                "  {:10} {}{}",
                kind.name,
                kind.says,
                if kind.usual { "" } else { " (only when named)" }
            );
        }
        return Ok(ExitCode::SUCCESS);
    };
    let binary = match &options.binary {
        Some(binary) => std::path::absolute(binary)?,
        None if options.no_build => target_folder(root).join("release").join("masthead"),
        None => release_binary(root)?,
    };
    let folder = std::env::temp_dir().join(format!("masthead-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let bench = Bench {
        root: root.to_path_buf(),
        binary,
        release: options.binary.is_none(),
        no_build: options.no_build,
        folder,
        scale: options.scale,
        full: options.full,
        rounds: options.rounds,
        seconds: options.seconds,
        shared: RefCell::default(),
    };
    let mut failed = false;
    for kind in kinds {
        eprintln!("bench {}: {}", kind.name, kind.says);
        if let Err(error) = (kind.run)(&bench) {
            eprintln!("xtask: bench {}: {error:#}", kind.name);
            failed = true;
        }
    }
    std::fs::remove_dir_all(&bench.folder).with_context(|| format!("{} stays behind", bench.folder.display()))?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

struct Options {
    scale: f64,
    seconds: u64,
    rounds: usize,
    full: bool,
    binary: Option<PathBuf>,
    no_build: bool,
}

/// `None` when only help was asked for.
fn read_arguments(args: &[String]) -> Result<Option<(Options, Vec<&'static Kind>)>> {
    let mut options = Options {
        scale: 1.0,
        seconds: 4,
        rounds: 3,
        full: false,
        binary: None,
        no_build: false,
    };
    let mut kinds = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--help" | "-h" | "--list" => return Ok(None),
            "--no-build" => options.no_build = true,
            "--full" => options.full = true,
            "--scale" => {
                options.scale = value()?
                    .parse::<f64>()
                    .context("--scale takes a number")?
                    .clamp(0.001, 10.0)
            }
            "--seconds" => {
                options.seconds = value()?
                    .parse::<u64>()
                    .context("--seconds takes a number")?
                    .clamp(1, 60)
            }
            "--rounds" => {
                options.rounds = value()?
                    .parse::<usize>()
                    .context("--rounds takes a number")?
                    .clamp(1, 20)
            }
            "--binary" => options.binary = Some(value()?.into()),
            name => match KINDS.iter().find(|kind| kind.name == name) {
                Some(kind) => kinds.push(kind),
                None => bail!("there is no bench '{name}'; cargo xtask bench --list names them"),
            },
        }
    }
    if kinds.is_empty() {
        kinds.extend(KINDS.iter().filter(|kind| kind.usual));
    }
    Ok(Some((options, kinds)))
}

/// Builds the release that is measured.
fn release_binary(root: &Path) -> Result<PathBuf> {
    let built = Command::new(cargo())
        .args(["build", "--release", "-p", "masthead-server"])
        .current_dir(root)
        .stdout(Stdio::null())
        .status()
        .context("cargo can't be run")?;
    if !built.success() {
        bail!("the release build failed");
    }
    Ok(target_folder(root).join("release").join("masthead"))
}

/// Cargo itself, when it runs this program, else the one on the path.
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

impl Bench {
    /// A size at this run's scale.
    fn sized(&self, whole: u64) -> u64 {
        ((whole as f64 * self.scale).round() as u64).max(1)
    }

    /// Whether sizes are those that the bars name.
    fn is_whole(&self) -> bool {
        self.scale >= 1.0
    }

    /// A network of 10,000 stories, made once for all benches of a run.
    fn network(&self) -> Result<Network> {
        if let Some(known) = self.shared.borrow().as_ref() {
            return Ok(known.clone());
        }
        let stories = self.sized(10_000);
        eprintln!("  making a network of {stories} stories");
        let network = Network::filled(self, "shared", stories)?;
        *self.shared.borrow_mut() = Some(network.clone());
        Ok(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Option<(Options, Vec<&'static Kind>)>> {
        read_arguments(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read() {
        let (options, kinds) = read(&["page", "start", "--scale", "0.1", "--full"]).unwrap().unwrap();
        assert_eq!(
            kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(),
            ["page", "start"]
        );
        assert!(options.full && (options.scale - 0.1).abs() < 1e-9);
        assert!(read(&["nonsense"]).is_err());
        assert!(read(&["--scale"]).is_err());
        let (_, kinds) = read(&[]).unwrap().unwrap();
        assert!(kinds.iter().all(|kind| kind.usual) && kinds.len() > 5);
    }
}
