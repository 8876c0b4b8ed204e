//! `cargo xtask`: builds, serves, tests and measures Deltascope.
//!
//! The commands are in [`USAGE`]. What is missing on the machine is installed by ordinary means, each time with one
//! line that says so, or the command ends with one line that says what to type.

mod bench;
mod browsers;
mod bundle;
mod data;
mod project;
mod serve;
mod test;
mod tools;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};

use browsers::Engine;
use project::Project;

const USAGE: &str = "\
cargo xtask build                        the page, into dist/
cargo xtask serve [--port N] [--open]    builds, serves at http://127.0.0.1:8080/, builds again on change
cargo xtask test                         everything: native, then the page in Chromium, Firefox and WebKit
cargo xtask test native                  only what needs no browser
cargo xtask test browsers [ENGINE [NAME]]  only the page; ENGINE is chromium, firefox or webkit, NAME a scenario
cargo xtask bench [PART] [--peers] [W…]  how fast networks train, natively (PART native) and in Chromium (browser),
                                         and what a reader waits for (page); --peers: other libraries beside it
cargo xtask data mnist                   fetches the 70,000 digits of MNIST, for the page to open
cargo xtask shot [--no-build] [OPTIONS]  a picture of the page; `cargo xtask shot --help` lists the options
cargo xtask setup [wasm|axe|ENGINE]...   installs what the other commands would install
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
            bundle::build(&project, bundle::Build::Shipped).map(drop)
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
                port = arguments.value()?.parse().context("--port wants a number up to 65535")?
            }
            Arg::Long("open") => open = true,
            other => return Err(other.unexpected().into()),
        }
    }
    serve::serve(project, port, open)
}

fn test_command(project: &Project, mut arguments: Parser) -> Result<()> {
    let part = match arguments.next()? {
        None => return test::everything(project),
        Some(Arg::Value(part)) => part.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    match part.as_str() {
        "native" => {
            no_more(arguments)?;
            test::native(project)
        }
        "browsers" => {
            let engine = match arguments.next()? {
                None => None,
                Some(Arg::Value(name)) => Some(Engine::named(&name.string()?)?),
                Some(other) => return Err(other.unexpected().into()),
            };
            let scenario = match arguments.next()? {
                None => None,
                Some(Arg::Value(name)) => Some(name.string()?),
                Some(other) => return Err(other.unexpected().into()),
            };
            no_more(arguments)?;
            test::browsers(project, engine, scenario.as_deref())
        }
        other => bail!("`cargo xtask test {other}`: it is `native` or `browsers`, or nothing for everything"),
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
        Some(Arg::Value(set)) => bail!("`cargo xtask data {}`: it is `mnist`", set.display()),
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
            "wasm" => tools::wasm_target(project)?,
            "axe" => tools::axe(project).map(drop)?,
            engine => tools::engines(project, &[Engine::named(engine)?])?,
        }
    }
    Ok(())
}

fn no_more(mut arguments: Parser) -> Result<()> {
    match arguments.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}
