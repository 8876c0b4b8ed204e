//! `cargo xtask shot`: takes a screenshot, and prints the console's messages and whether the page scrolls sideways.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use browser_tests::{Engine, Page, Viewport, visit};
use lexopt::{Arg, Parser, ValueExt};

const USAGE: &str = "\
cargo xtask shot [--no-build] [OPTIONS]
  --preset ID         chooses a preset first
  --at FRAGMENT       opens the page with this after its address: '#...' or '?...'
  --click CSS         clicks an element; may be given several times
  --keys KEYS         presses keys: \"ArrowRight*5 Shift+Tab ?\"
  --script JS         runs the body of an async function and prints its result
  --wait MS           waits before the screenshot
  --size WxH          viewport, by default 1366x768; narrow ones such as 390x844 are a phone
  --scale N           device pixels in a CSS pixel
  --dark              prefers dark
  --still             prefers reduced motion
  --full              the whole page, not only the viewport
  --element CSS       only this element
  --out FILE          path of the screenshot, by default target/screenshots/shot.png
";

/// A viewport narrower than this is a phone's.
const NARROW: u32 = 600;

#[derive(Default)]
struct Options {
    preset: Option<String>,
    at: String,
    clicks: Vec<String>,
    keys: Option<String>,
    script: Option<String>,
    wait: u64,
    size: Option<(u32, u32)>,
    scale: Option<f64>,
    dark: bool,
    still: bool,
    full: bool,
    element: Option<String>,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    browser_tests::report(run())
}

fn run() -> Result<()> {
    let Some(options) = read(Parser::from_env())? else {
        print!("{USAGE}");
        return Ok(());
    };
    visit(Engine::Chromium, viewport(&options), async |page| shoot(page, &options).await)
}

fn read(mut arguments: Parser) -> Result<Option<Options>> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("preset") => options.preset = Some(arguments.value()?.string()?),
            Arg::Long("at") => options.at = arguments.value()?.string()?,
            Arg::Long("click") => options.clicks.push(arguments.value()?.string()?),
            Arg::Long("keys") => options.keys = Some(arguments.value()?.string()?),
            Arg::Long("script") => options.script = Some(arguments.value()?.string()?),
            Arg::Long("wait") => options.wait = arguments.value()?.parse()?,
            Arg::Long("size") => options.size = Some(size(&arguments.value()?.string()?)?),
            Arg::Long("scale") => options.scale = Some(arguments.value()?.parse()?),
            Arg::Long("dark") => options.dark = true,
            Arg::Long("still") => options.still = true,
            Arg::Long("full") => options.full = true,
            Arg::Long("element") => options.element = Some(arguments.value()?.string()?),
            Arg::Long("out") => options.out = Some(arguments.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}

fn size(text: &str) -> Result<(u32, u32)> {
    let (width, height) = text.split_once('x').context("--size wants WIDTHxHEIGHT")?;
    Ok((width.parse()?, height.parse()?))
}

fn viewport(options: &Options) -> Viewport {
    let (width, height) = options.size.unwrap_or((Viewport::DESKTOP.width, Viewport::DESKTOP.height));
    let start = if width < NARROW { Viewport::PHONE } else { Viewport::DESKTOP };
    let scale = options.scale.unwrap_or(start.scale);
    Viewport { width, height, scale, dark: options.dark, still: options.still, ..start }
}

async fn shoot(page: &Page, options: &Options) -> Result<()> {
    page.open(&options.at).await?;
    if let Some(preset) = &options.preset {
        page.choose("select[data-action=PresetChosen]", preset).await?;
        page.script("document.activeElement.blur()").await?; // so that keys go to the page, not to the select
    }
    for css in &options.clicks {
        page.click(css).await?;
    }
    if let Some(keys) = &options.keys {
        page.press(keys).await?;
    }
    if let Some(script) = &options.script {
        println!("script: {}", page.script_async(script).await?);
    }
    tokio::time::sleep(Duration::from_millis(options.wait)).await;
    page.settled().await?;

    let size = page.size().await?;
    if options.full {
        page.see_through(Viewport { height: size.scroll_height as u32, ..viewport(options) }).await?;
        page.settled().await?;
    }
    let name = match &options.out {
        Some(path) if path.extension().is_some_and(|extension| extension == "png") => {
            path.display().to_string()
        }
        Some(path) => bail!("--out {}: the file's name ends in .png", path.display()),
        None => "shot".to_owned(),
    };
    let picture = match &options.element {
        Some(css) => page.screenshot_of(css, &name).await?,
        None => page.screenshot(&name).await?,
    };

    println!("{}", picture.display());
    println!(
        "page {} x {} in viewport {} x {}{}",
        size.scroll_width,
        size.scroll_height,
        size.width,
        size.height,
        if size.scroll_width > size.width { ": it scrolls sideways" } else { "" }
    );
    let messages = page.messages().await?;
    println!("console: {}", if messages.is_empty() { "nothing".to_owned() } else { messages.join("\n  ") });
    Ok(())
}
