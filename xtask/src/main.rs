//! `cargo xtask`: builds, serves, tests and measures Deltascope.
//!
//! [`USAGE`] lists the commands. They install missing tools with the system's package managers and print one line for
//! each; if that is not possible, they end with one line that says what to type.

mod bench;
mod browsers;
mod bundle;
mod data;
mod engine;
mod process;
mod project;
mod serve;
mod test;
mod tools;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

use engine::Engine;
use project::Project;

const USAGE: &str = "\
cargo xtask build                        builds the page into dist/
cargo xtask serve [--port N] [--open]    builds, serves at http://127.0.0.1:8080/, rebuilds on change
cargo xtask test                         all tests: native, then the page in Chromium, Firefox and WebKit
cargo xtask test native                  only the tests without a browser
cargo xtask test browsers [ENGINE [NAME]]  only the page; ENGINE is chromium, firefox or webkit, NAME a test
cargo xtask bench [PART] [--peers] [W…]  measures the training speed natively (PART native) and in Chromium
                                         (browser), and the page's response times (page); --peers: also other
                                         libraries; W1 … W5: only these workloads
cargo xtask data mnist                   downloads the 70,000 digits of MNIST, to open in the page
cargo xtask shot [--no-build] [OPTIONS]  takes a screenshot; `cargo xtask shot --help` lists the options
cargo xtask setup [wasm|axe|ENGINE]...   installs the tools that the other commands need
";

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Parser) -> Result<()> {
    let project = Project::find()?;
    let command = match arguments.next()? {
        Some(Arg::Value(command)) => command.string()?,
        None | Some(Arg::Short('h') | Arg::Long("help")) => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "build" => {
            no_more(arguments)?;
            bundle::build(&project, bundle::Build::Release).map(drop)
        }
        "serve" => serve_command(&project, arguments),
        "test" => test_command(&project, arguments),
        "bench" => bench_command(&project, arguments),
        "data" => data_command(&project, arguments),
        "shot" => shot_command(&project, arguments),
        "setup" => setup_command(&project, arguments),
        "help" => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no command `{other}`; `cargo xtask help` lists them"),
    }
}

fn serve_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let mut port = 8080;
    let mut open = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => {
                port = arguments.value()?.parse().context("--port needs a number up to 65535")?
            }
            Arg::Long("open") => open = true,
            other => return Err(other.unexpected().into()),
        }
    }
    serve::serve(project, port, open)
}

fn test_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let Some(part) = optional_value(&mut arguments)? else { return test::all(project) };
    match part.as_str() {
        "native" => {
            no_more(arguments)?;
            test::native(project)
        }
        "browsers" => {
            let engine = optional_value(&mut arguments)?;
            let engine = engine.as_deref().map(Engine::from_name).transpose()?;
            let case = optional_value(&mut arguments)?;
            no_more(arguments)?;
            test::browsers(project, engine, case.as_deref())
        }
        other => bail!("`cargo xtask test {other}`: `{other}` is not `native` or `browsers`"),
    }
}

fn bench_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let given: Vec<OsString> = arguments.raw_args()?.collect();
    bench::bench(project, &given)
}

fn data_command(project: &Project, mut arguments: Parser) -> Result<()> {
    match arguments.next()? {
        Some(Arg::Value(set)) if set == "mnist" => {
            no_more(arguments)?;
            data::mnist(project)
        }
        Some(Arg::Value(set)) => {
            bail!("there is no data set `{}`; type `cargo xtask data mnist`", set.display())
        }
        Some(other) => Err(other.unexpected().into()),
        None => bail!("which data set? type `cargo xtask data mnist`"),
    }
}

fn shot_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let given: Vec<OsString> = arguments.raw_args()?.collect();
    let build = !given.iter().any(|argument| argument == "--no-build" || argument == "--help");
    let rest: Vec<OsString> = given.into_iter().filter(|argument| argument != "--no-build").collect();
    bench::shot(project, build, &rest)
}

fn setup_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let mut parts = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(part) => parts.push(part.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if parts.is_empty() {
        parts = ["wasm", "axe", "chromium", "firefox", "webkit"].map(str::to_owned).to_vec();
    }
    for part in parts {
        match part.as_str() {
            "wasm" => tools::install_wasm_target(project)?,
            "axe" => tools::install_axe(project).map(drop)?,
            engine => tools::install_engines(project, &[Engine::from_name(engine)?])?,
        }
    }
    Ok(())
}

/// The next argument, if there is one.
fn optional_value(arguments: &mut Parser) -> Result<Option<String>> {
    match arguments.next()? {
        None => Ok(None),
        Some(Arg::Value(value)) => Ok(Some(value.string()?)),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// An error if there is another argument.
fn no_more(mut arguments: Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}
