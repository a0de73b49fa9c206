//! The command line: what it takes, and which command does it. Errors are one line on standard error that says what
//! to do; exit 2 is bad use or that nothing could start.

mod backup;
mod call_out;
mod check;
mod comments;
mod demo;
mod export;
mod front;
mod import;
mod ingest;
mod init;
mod output;
mod probe;
mod push;
mod search;
mod serve;
mod site;
mod story;
mod user;

use crate::settings::Where;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs a network of news sites: wire copy and stories in, fast readable pages out.
#[derive(Debug, Parser)]
#[command(name = "masthead", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// The settings file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder; its masthead.toml is read.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
}

impl Common {
    fn settings_at(&self) -> Where {
        Where {
            config: self.config.clone(),
            data: self.data.clone(),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make (once) and serve a complete example network of two sites.
    #[command(after_help = "Example: masthead demo --listen 127.0.0.1:8080")]
    Demo(demo::Demo),
    /// Set up a new network: settings, database, first site.
    #[command(
        after_help = "Example: masthead init --data paper --network 'Harbour Press' --site daily --name 'The Daily' --host www.example.org --zone Europe/Paris"
    )]
    Init(init::Init),
    /// Serve the network.
    #[command(after_help = "Example: masthead serve --config /etc/masthead/masthead.toml")]
    Serve(serve::Serve),
    /// Bring in wire documents, exports of other systems and saved pages.
    #[command(after_help = "Example: masthead import wordpress.xml --site daily --report report.json")]
    Import(import::Import),
    /// Poll wire sources, or show their state.
    #[command(subcommand, after_help = "Example: masthead ingest run agency")]
    Ingest(ingest::Ingest),
    /// Write everything out: stories as ninjs 3.1 or NITF 3.6, pictures, comments.
    #[command(after_help = "Example: masthead export --to archive --format ninjs")]
    Export(export::Export),
    /// Show or replace what editors pinned on a front.
    #[command(subcommand, after_help = "Example: masthead front show daily/world > front.json")]
    Front(front::Front),
    /// Say who may comment where, keep word lists, set legal holds, print the log of decisions.
    #[command(
        subcommand,
        after_help = "Example: masthead comments set section:daily/world --mode pre --schedule '22:00-06:00 closed'"
    )]
    Comments(comments::Comments),
    /// Ask readers for pictures or stories beside a story, on a topic's page or on a front.
    #[command(
        subcommand,
        after_help = "Example: masthead call-out add daily flood --at topic:floods --title 'Were you there? Send us your pictures'"
    )]
    CallOut(call_out::CallOut),
    /// List, publish, withhold and kill stories.
    #[command(
        subcommand,
        after_help = "Example: masthead story kill /world/a-story-20260101 --reason 'Wrong in its main point'"
    )]
    Story(story::Story),
    /// Ask every public surface for a withheld story.
    #[command(subcommand, after_help = "Example: masthead probe embargo /world/a-story-20260101")]
    Probe(probe::Probe),
    /// Show what became of breaking news that was sent to readers' devices.
    #[command(subcommand, after_help = "Example: masthead push list")]
    Push(push::Push),
    /// Make the search indexes anew.
    #[command(subcommand, after_help = "Example: masthead search rebuild")]
    Search(search::Search),
    /// Make or list sites and their sections.
    #[command(
        subcommand,
        after_help = "Example: masthead site add weekly --name 'The Weekly' --host weekly.example.org"
    )]
    Site(site::Site),
    /// Make people, give them roles, close their accounts.
    #[command(
        subcommand,
        after_help = "Example: masthead user add ada@example.org --username ada --role editor@daily"
    )]
    User(user::User),
    /// Write a backup while the network runs.
    #[command(after_help = "Example: masthead backup paper.backup")]
    Backup(backup::Backup),
    /// Restore a backup into an empty data folder or database.
    #[command(after_help = "Example: masthead restore paper.backup --data new-paper")]
    Restore(backup::Restore),
    /// Check store, pictures and search index against each other.
    #[command(after_help = "Example: masthead verify")]
    Verify(check::Verify),
    /// Bring the database to this version's schema.
    #[command(after_help = "Example: masthead migrate --backup before.backup")]
    Migrate(backup::Migrate),
    /// Say in words what is wrong with settings and environment.
    #[command(after_help = "Example: masthead check --config masthead.toml")]
    Check(check::Check),
    /// Print the OpenAPI 3.1 document of the content API.
    #[command(after_help = "Example: masthead openapi > openapi.json")]
    Openapi,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("masthead: the runtime can't start: {error}");
            return ExitCode::from(2);
        }
    };
    let result = runtime.block_on(run(cli));
    // What still runs on blocking threads (a picture, a compression) has nothing to lose.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("masthead: {}", one_line(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let common = cli.common;
    log_to_standard_error(matches!(cli.command, Command::Serve(_) | Command::Demo(_)))?;
    match cli.command {
        Command::Demo(command) => command.run(&common).await,
        Command::Init(command) => command.run(&common).await,
        Command::Serve(command) => command.run(&common).await,
        Command::Import(command) => command.run(&common).await,
        Command::Ingest(command) => command.run(&common).await,
        Command::Export(command) => command.run(&common).await,
        Command::Comments(command) => command.run(&common).await,
        Command::CallOut(command) => command.run(&common).await,
        Command::Front(command) => command.run(&common).await,
        Command::Story(command) => command.run(&common).await,
        Command::Probe(command) => command.run(&common).await,
        Command::Push(command) => command.run(&common).await,
        Command::Search(command) => command.run(&common).await,
        Command::Site(command) => command.run(&common).await,
        Command::User(command) => command.run(&common).await,
        Command::Backup(command) => command.run(&common).await,
        Command::Restore(command) => command.run(&common).await,
        Command::Verify(command) => command.run(&common).await,
        Command::Migrate(command) => command.run(&common).await,
        Command::Check(command) => command.run(&common).await,
        Command::Openapi => {
            output::json(&masthead_features::api::openapi("https://news.example"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Logs go to standard error, so that standard output is data alone. `MASTHEAD_LOG` chooses what is said.
fn log_to_standard_error(serving: bool) -> anyhow::Result<()> {
    use tracing_subscriber::EnvFilter;
    let usual = if serving { "info" } else { "error" };
    let filter = EnvFilter::try_from_env("MASTHEAD_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging can't start: {error}"))
}
