// With `?delay-digits` in the address, the rows of the digits arrive when the test calls window.__deliverDigits(isFound). The
// test server adds this script to the watched page; the shipped page does not have it.
"use strict";
if (location.search === "?delay-digits") {
  const original = window.fetch;
  const delivered = new Promise((resolve) => (window.__deliverDigits = resolve));
  window.fetch = async (resource, ...rest) => {
    const response = await original(resource, ...rest);
    if (!String(resource).endsWith("/digits8x8.csv")) return response;
    return (await delivered) ? response : Response.error();
  };
}
