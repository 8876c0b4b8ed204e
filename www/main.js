import init, { dispatch } from "./pkg/deltascope.js";
await init();
document.body.textContent = dispatch("{}");
