// Before the first paint: the theme and language that the person chose, else what the browser asks for.
// A classic script, so that it runs before the body is drawn; the program takes over from `src/prefs.rs`.
(() => {
  const saved = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = saved("aigw.theme");
  const root = document.documentElement;
  root.dataset.theme = theme === "light" || theme === "dark" ? theme : dark ? "dark" : "light";
  const lang = saved("aigw.lang") || navigator.language;
  root.lang = lang.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
})();
