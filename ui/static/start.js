import init from "/assets/ui.js";

// The Markdown library is fetched when there is an answer to draw.
globalThis.aigwMarkdown = () => import("/assets/markdown.js");

init({ module_or_path: "/assets/ui.wasm" }).catch((error) => {
  const chinese = document.documentElement.lang === "zh-CN";
  document.getElementById("app").textContent = chinese
    ? "控制台未能加载。刷新页面重试；若仍失败，换用较新的浏览器。"
    : "The console could not be loaded. Reload the page; if that does not help, use a newer browser.";
  throw error;
});
