//! One page in one browser.

mod network;

use std::fs;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::FutureExt;
use serde_json::{Value, json};
use thirtyfour::components::SelectElement;
use thirtyfour::{By, WebDriver, WebElement};

use crate::engine::{Engine, variable};
use crate::keys;

/// Maximum time to wait for an element or a condition.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The viewport and the reader's preferences.
#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    /// Width of the viewport in CSS pixels.
    pub width: u32,
    /// Height of the viewport in CSS pixels.
    pub height: u32,
    /// Device pixels per CSS pixel; Firefox and WebKit support only 1.
    pub scale: f64,
    /// Whether it is a phone, with touch and a mobile viewport; only in Chromium.
    pub mobile: bool,
    /// Whether the reader prefers a dark theme; only in Chromium.
    pub dark: bool,
    /// Whether the reader prefers reduced motion; only in Chromium.
    pub still: bool,
}

impl Viewport {
    /// A common laptop, 1366 × 768.
    pub const DESKTOP: Viewport =
        Viewport { width: 1366, height: 768, scale: 1.0, mobile: false, dark: false, still: false };

    /// A common phone, 390 × 844.
    pub const PHONE: Viewport =
        Viewport { width: 390, height: 844, scale: 2.0, mobile: true, dark: false, still: false };

    /// [`Viewport::PHONE`], as far as the engine supports it.
    pub fn phone(engine: Engine) -> Viewport {
        match engine {
            Engine::Chromium => Viewport::PHONE,
            Engine::Firefox | Engine::Webkit => Viewport { mobile: false, scale: 1.0, ..Viewport::PHONE },
        }
    }
}

/// The sizes of the viewport and of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// `innerWidth`.
    pub width: f64,
    /// `innerHeight`.
    pub height: f64,
    /// `document.documentElement.scrollWidth`: if it exceeds `width`, the page scrolls sideways.
    pub scroll_width: f64,
    /// `document.documentElement.scrollHeight`.
    pub scroll_height: f64,
}

/// A page in a browser of its own.
#[derive(Debug)]
pub struct Page {
    engine: Engine,
    driver: WebDriver,
    site: String,
}

/// Opens a browser, runs the test case and closes the browser, even if the case fails.
///
/// The case starts with [`Page::open`]. If it fails, a screenshot `failed-…` is saved in `target/screenshots`.
pub fn visit<F>(engine: Engine, viewport: Viewport, case: F) -> Result<()>
where
    F: AsyncFnOnce(&Page) -> Result<()>,
{
    let _lock = engine.lock();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (address, site) = (engine.driver()?, engine.site()?);
        let driver = start_browser(engine, &address).await?;
        let page = Page { engine, driver, site };
        // A failed assertion panics: the panic is caught to take a screenshot and to close the browser.
        let ended = AssertUnwindSafe(async {
            page.see_through(viewport).await?;
            case(&page).await
        })
        .catch_unwind()
        .await;
        if !matches!(ended, Ok(Ok(()))) {
            page.screenshot(&format!("failed-{}", engine.name())).await.map(drop).unwrap_or_default();
        }
        let closed = page.driver.quit().await;
        match ended {
            Ok(ended) => ended.with_context(|| format!("in {}", engine.name()))?,
            Err(panic) => resume_unwind(panic),
        }
        closed.context("the browser could not be closed")
    })
}

/// Starts a browser. On a busy machine the request sometimes fails, so it is repeated.
async fn start_browser(engine: Engine, address: &str) -> Result<WebDriver> {
    const TRIES: u32 = 3;
    let mut tried = 1;
    loop {
        match WebDriver::new(address, engine.capabilities()?).await {
            Ok(driver) => return Ok(driver),
            Err(_) if tried < TRIES => tokio::time::sleep(Duration::from_secs(2)).await,
            Err(error) => {
                return Err(error).with_context(|| format!("{} could not be started", engine.name()));
            }
        }
        tried += 1;
    }
}

impl Page {
    /// The engine that shows the page.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The WebDriver session, for what this harness does not cover.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The browser's version.
    pub fn version(&self) -> Result<String> {
        let version = self.driver.capabilities().get("browserVersion").and_then(Value::as_str);
        Ok(version.context("the browser does not report its version")?.to_owned())
    }

    /// The address of the page's folder, as used by [`Page::open`].
    pub fn address(&self) -> Result<String> {
        Ok(format!("{}{}", self.site, variable("DELTASCOPE_WATCHED_PAGE")?))
    }

    /// Opens the page; `rest` follows the folder in the address: nothing, `#…` or `?…`.
    ///
    /// This page has the additional scripts that [`Page::messages`] needs.
    pub async fn open(&self, rest: &str) -> Result<()> {
        // From another page, so that the page is loaded even if only the fragment changes.
        self.driver.goto("about:blank").await?;
        self.driver.goto(format!("{}{rest}", self.address()?)).await?;
        self.ready().await
    }

    /// Waits until the page has started and painted.
    async fn ready(&self) -> Result<()> {
        self.until("'ready' in document.documentElement.dataset").await?;
        self.settled().await
    }

    /// Opens the page exactly as it is shipped.
    pub async fn open_as_shipped(&self, rest: &str) -> Result<()> {
        self.driver.goto(format!("{}{}{rest}", self.site, variable("DELTASCOPE_PAGE")?)).await?;
        self.ready().await
    }

    /// Opens the page of the benchmark.
    pub async fn open_benchmark(&self) -> Result<()> {
        Ok(self.driver.goto(format!("{}{}", self.site, variable("DELTASCOPE_BENCH_PAGE")?)).await?)
    }

    /// Reloads the page. The messages so far are lost.
    pub async fn reload(&self) -> Result<()> {
        self.driver.refresh().await?;
        self.ready().await
    }

    /// Waits until the fonts are loaded and two frames have been painted.
    pub async fn settled(&self) -> Result<()> {
        const PAINTED: &str = "const done = arguments[arguments.length - 1]; \
            document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(null))));";
        self.driver.execute_async(PAINTED, []).await.context("the page does not paint")?;
        Ok(())
    }

    /// Waits for the first element that the selector matches.
    pub async fn find(&self, css: &str) -> Result<WebElement> {
        let element = poll(async || Ok(self.driver.find(By::Css(css)).await.ok())).await?;
        element.with_context(|| format!("nothing matches `{css}`"))
    }

    /// All elements that the selector matches.
    pub async fn all(&self, css: &str) -> Result<Vec<WebElement>> {
        Ok(self.driver.find_all(By::Css(css)).await?)
    }

    /// The visible text of an element.
    pub async fn text(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        element.text().await.with_context(|| format!("`{css}` has no text to read"))
    }

    /// An attribute of an element.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<Option<String>> {
        Ok(self.find(css).await?.attr(name).await?)
    }

    /// The value of an input or select.
    pub async fn value(&self, css: &str) -> Result<String> {
        let value = self.find(css).await?.prop("value").await?;
        value.with_context(|| format!("`{css}` has no value"))
    }

    /// Clicks the centre of an element.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        if element.click().await.is_ok() {
            return Ok(());
        }
        // WebKit does not scroll an element into view inside a scrollable part of the page.
        element.scroll_into_view().await?;
        element.click().await.with_context(|| format!("`{css}` could not be clicked"))
    }

    /// Clicks a point of an element, in CSS pixels from its upper left corner.
    pub async fn click_at(&self, css: &str, x: f64, y: f64) -> Result<()> {
        self.point_at(css, x, y).await?;
        Ok(self.driver.action_chain().click().perform().await?)
    }

    /// Moves the mouse to the centre of an element.
    pub async fn hover(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        element.scroll_into_view().await?;
        Ok(self.driver.action_chain().move_to_element_center(&element).perform().await?)
    }

    /// Moves the mouse to a point of an element, in CSS pixels from its upper left corner.
    pub async fn point_at(&self, css: &str, x: f64, y: f64) -> Result<()> {
        let element = self.find(css).await?;
        element.scroll_into_view().await?;
        let corner = json_numbers(
            &self
                .driver
                .execute(
                    "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y];",
                    [element.to_json()?],
                )
                .await?
                .json()
                .clone(),
        )?;
        ensure!(corner.len() == 2, "`{css}` has no position");
        let (x, y) = ((corner[0] + x).round() as i64, (corner[1] + y).round() as i64);
        Ok(self.driver.action_chain().move_to(x, y).perform().await?)
    }

    /// Drags with the mouse from one point of an element to another, in CSS pixels from its upper left corner.
    pub async fn drag(&self, css: &str, from: (f64, f64), to: (f64, f64)) -> Result<()> {
        self.point_at(css, from.0, from.1).await?;
        self.driver.action_chain().click_and_hold().perform().await?;
        self.point_at(css, to.0, to.1).await?;
        Ok(self.driver.action_chain().release().perform().await?)
    }

    /// Presses keys: `"ArrowRight*5 Shift+Tab ?"`. They go to the element with the focus.
    pub async fn press(&self, keys: &str) -> Result<()> {
        for press in keys::parse(keys)? {
            let down = press.iter().fold(self.driver.action_chain(), |chain, &key| chain.key_down(key));
            let up = press.iter().rev().fold(down, |chain, &key| chain.key_up(key));
            up.perform().await.with_context(|| format!("`{keys}` could not be pressed"))?;
        }
        Ok(())
    }

    /// Replaces the text of a field key by key, and leaves the field with the Tab key, so that it fires a change event.
    pub async fn type_in(&self, css: &str, text: &str) -> Result<()> {
        // Not with WebDriver's `clear`, which fires a change event of its own, in Firefox the only one.
        self.click(css).await?;
        self.press("Control+a Delete").await?;
        self.driver.action_chain().send_keys(text).perform().await?;
        self.press("Tab").await
    }

    /// Chooses an option of a select by its value, and waits until it is loaded.
    pub async fn choose(&self, css: &str, value: &str) -> Result<()> {
        self.choose_without_waiting(css, value).await?;
        self.until(&format!("!document.querySelector({css:?}).hasAttribute('aria-busy')")).await
    }

    /// Chooses an option of a select by its value; it may still be loading afterwards.
    pub async fn choose_without_waiting(&self, css: &str, value: &str) -> Result<()> {
        let element = self.find(css).await?;
        let select =
            SelectElement::new(&element).await.with_context(|| format!("`{css}` is not a select"))?;
        select.select_by_value(value).await.with_context(|| format!("`{css}` has no option `{value}`"))
    }

    /// Gives a file to a file input, and waits for the page's change event.
    pub async fn upload(&self, css: &str, file: &Path) -> Result<()> {
        // WebKit answers before the input has the file.
        const LISTEN: &str = "const input = arguments[0]; window.__given = \
            new Promise((done) => input.addEventListener('change', () => done(), { once: true }));";
        let file = fs::canonicalize(file).with_context(|| format!("{} does not exist", file.display()))?;
        let element = self.find(css).await?;
        self.driver.execute(LISTEN, [element.to_json()?]).await?;
        element.send_keys(file.to_string_lossy().as_ref()).await?;
        self.script_async("await window.__given").await.map(drop)
    }

    /// Waits for a downloaded file of this name, and returns its bytes. Not in WebKit, which has no download folder.
    pub async fn downloaded(&self, name: &str) -> Result<Vec<u8>> {
        ensure!(self.engine != Engine::Webkit, "what WebKit downloads cannot be read back");
        let file = self.engine.downloads()?.join(name);
        // Firefox first creates an empty file and fills it at the end.
        let bytes = poll(async || Ok(fs::read(&file).ok().filter(|bytes| !bytes.is_empty()))).await?;
        let bytes = bytes.with_context(|| format!("no file {name} was downloaded"))?;
        fs::remove_file(&file)?; // or the next download would have another name
        Ok(bytes)
    }

    /// The element with the focus: `tag#id` or `tag[data-action=…]`.
    pub async fn focused(&self) -> Result<String> {
        let name = self
            .script(
                "const e = document.activeElement; const action = e.getAttribute('data-action'); \
                 return e.localName + (e.id ? '#' + e.id : action ? `[data-action=${action}]` : '');",
            )
            .await?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// Runs the body of a function in the page and returns its result.
    pub async fn script(&self, body: &str) -> Result<Value> {
        Ok(self.driver.execute(body, []).await.context("a script failed in the page")?.json().clone())
    }

    /// Runs the body of an async function in the page and returns its result.
    pub async fn script_async(&self, body: &str) -> Result<Value> {
        let whole = format!(
            "const done = arguments[arguments.length - 1]; \
             (async () => {{ {body} }})().then((value) => done([value ?? null]), (error) => done(String(error)));"
        );
        let answer = self.driver.execute_async(whole, []).await.context("a script failed in the page")?;
        match answer.json() {
            Value::Array(values) => Ok(values.first().cloned().unwrap_or_default()),
            error => bail!("a script failed in the page: {error}"),
        }
    }

    /// Waits until an expression of JavaScript is true in the page.
    pub async fn until(&self, expression: &str) -> Result<()> {
        let script = format!("return Boolean({expression})");
        let is_true = async || Ok((self.script(&script).await? == Value::Bool(true)).then_some(()));
        let message = || format!("`{expression}` has not become true in {} s", TIMEOUT.as_secs());
        poll(is_true).await?.with_context(message)
    }

    /// Saves a screenshot of the viewport as `target/screenshots/<name>.png`, or at a path that ends in `.png`.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let path = screenshot_path(name)?;
        self.driver.screenshot(&path).await.context("no screenshot could be taken")?;
        Ok(path)
    }

    /// Saves a screenshot of one element.
    pub async fn screenshot_of(&self, css: &str, name: &str) -> Result<PathBuf> {
        let path = screenshot_path(name)?;
        self.find(css).await?.screenshot(&path).await.context("no screenshot could be taken")?;
        Ok(path)
    }

    /// The console's messages since the page was opened, and uncaught errors, unhandled rejections, resources that did
    /// not load, errors of workers, and violations of the content security policy.
    pub async fn messages(&self) -> Result<Vec<String>> {
        strings(&self.script("return window.__messages").await?)
            .context("the page was not opened by `Page::open`")
    }

    /// The accessibility violations that axe finds: rule, impact, element and summary.
    pub async fn violations(&self) -> Result<Vec<String>> {
        // The console messages of axe itself are removed.
        const RUN: &str = "const done = arguments[arguments.length - 1]; \
            const before = window.__messages?.length; \
            const finish = (list) => { if (window.__messages) window.__messages.length = before; done(list); }; \
            axe.run(document, { resultTypes: ['violations'] }).then( \
              (result) => finish(result.violations.flatMap((rule) => rule.nodes.map((node) => \
                `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.failureSummary}`))), \
              (error) => finish([`axe failed: ${error}`]));";
        if self.script("return typeof axe").await? == json!("undefined") {
            let file = variable("DELTASCOPE_AXE")?;
            let axe = fs::read_to_string(&file).with_context(|| format!("{file} could not be read"))?;
            self.driver.execute(axe, []).await.context("axe could not be loaded")?;
        }
        strings(self.driver.execute_async(RUN, []).await.context("axe could not be run")?.json())
    }

    /// The sizes of viewport and page.
    pub async fn size(&self) -> Result<Size> {
        let numbers = json_numbers(
            &self
                .script(
                    "const e = document.documentElement; \
                     return [innerWidth, innerHeight, e.scrollWidth, e.scrollHeight];",
                )
                .await?,
        )?;
        let [width, height, scroll_width, scroll_height] = numbers[..] else { bail!("the page has no size") };
        Ok(Size { width, height, scroll_width, scroll_height })
    }

    /// Changes the viewport; Firefox and WebKit can change only width and height.
    pub async fn see_through(&self, viewport: Viewport) -> Result<()> {
        if self.engine == Engine::Chromium {
            return self.emulate(viewport).await;
        }
        ensure!(
            !(viewport.mobile || viewport.dark || viewport.still) && viewport.scale == 1.0,
            "{} can change only the size",
            self.engine.name()
        );
        // The window has borders: its size is set twice, the second time with the difference added.
        self.driver.set_window_rect(0, 0, viewport.width, viewport.height).await?;
        let inner = json_numbers(&self.script("return [innerWidth, innerHeight]").await?)?;
        let outer = |size: u32, inner: Option<&f64>| {
            let border = f64::from(size) - inner.copied().unwrap_or_default();
            (f64::from(size) + border).max(1.0) as u32
        };
        let (width, height) = (outer(viewport.width, inner.first()), outer(viewport.height, inner.get(1)));
        self.driver.set_window_rect(0, 0, width, height).await?;
        Ok(())
    }

    /// Changes the viewport in Chromium.
    async fn emulate(&self, viewport: Viewport) -> Result<()> {
        let cdp = self.driver.cdp();
        let metrics = json!({
            "width": viewport.width, "height": viewport.height, "deviceScaleFactor": viewport.scale, "mobile": viewport.mobile,
        });
        let preferred = json!({ "features": [
            { "name": "prefers-color-scheme", "value": if viewport.dark { "dark" } else { "light" } },
            { "name": "prefers-reduced-motion", "value": if viewport.still { "reduce" } else { "no-preference" } },
        ]});
        cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        cdp.send_raw("Emulation.setTouchEmulationEnabled", json!({ "enabled": viewport.mobile })).await?;
        cdp.send_raw("Emulation.setEmulatedMedia", preferred).await?;
        Ok(())
    }
}

/// The path of a screenshot.
fn screenshot_path(name: &str) -> Result<PathBuf> {
    let path = if name.ends_with(".png") {
        PathBuf::from(name)
    } else {
        Path::new(&variable("DELTASCOPE_SCREENSHOTS")?).join(format!("{name}.png"))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    }
    Ok(path)
}

/// Polls until there is a value; `None` after [`TIMEOUT`].
async fn poll<T>(mut value: impl AsyncFnMut() -> Result<Option<T>>) -> Result<Option<T>> {
    let start = Instant::now();
    loop {
        match value().await? {
            None if start.elapsed() < TIMEOUT => tokio::time::sleep(Duration::from_millis(50)).await,
            result => return Ok(result),
        }
    }
}

/// A JSON array as strings.
fn strings(value: &Value) -> Result<Vec<String>> {
    let list = value.as_array().context("not a list")?;
    Ok(list.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect())
}

/// A JSON array as numbers.
fn json_numbers(value: &Value) -> Result<Vec<f64>> {
    let list = value.as_array().context("not a list")?;
    list.iter().map(|item| item.as_f64().context("not a number")).collect()
}
