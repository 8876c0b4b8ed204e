//! The requests of the page, and its files.

use anyhow::Result;
use serde_json::json;

use super::{Page, strings};
use crate::engine::variable;

impl Page {
    /// A file of the page, as the server sends it.
    pub async fn file(&self, path: &str) -> Result<Vec<u8>> {
        let address = format!("{}{}{path}", self.site, variable("DELTASCOPE_PAGE")?);
        let answer = reqwest::get(&address).await?.error_for_status()?;
        Ok(answer.bytes().await?.to_vec())
    }

    /// Opens the page exactly as it is shipped, with an empty cache. `script` runs before the page's own scripts. Only in
    /// Chromium.
    pub async fn open_for_the_first_time(&self, script: &str) -> Result<()> {
        self.driver.goto("about:blank").await?;
        let cdp = self.driver.cdp();
        cdp.send_raw("Network.enable", json!({})).await?;
        cdp.send_raw("Network.clearBrowserCache", json!({})).await?;
        let added =
            cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        self.open_as_shipped("").await?;
        cdp.send_raw("Page.removeScriptToEvaluateOnNewDocument", added).await?;
        Ok(())
    }

    /// The paths that this engine has requested since the server was started.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let list = reqwest::get(format!("{}__requests", self.site)).await?.text().await?;
        Ok(list.lines().map(str::to_owned).collect())
    }

    /// The requests outside the page's folder: paths on this server, and addresses of other servers.
    pub async fn strays(&self) -> Result<Vec<String>> {
        let folders = [variable("DELTASCOPE_PAGE")?, variable("DELTASCOPE_WATCHED_PAGE")?];
        let inside =
            |path: &str| folders.iter().any(|folder| path.trim_start_matches('/').starts_with(folder));
        let loaded = strings(
            &self
                .script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
                .await?,
        )?;
        let elsewhere = loaded.into_iter().filter(|address| {
            !address.starts_with(&self.site) && !address.starts_with("data:") && !address.starts_with("blob:")
        });
        Ok(self.requests().await?.into_iter().filter(|path| !inside(path)).chain(elsewhere).collect())
    }
}
