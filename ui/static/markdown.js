// The one place that knows the Markdown library; loaded when there is an answer to draw. Nothing here touches the page: what is
// drawn of an answer is the program's (`src/parts/markdown.rs`).
import MarkdownIt from "/assets/markdown-it.js";

// HTML in an answer stays text.
const parser = new MarkdownIt({ html: false });

/**
 * Reads `text` into a list of [what, value]: an element opens with its tag and is closed by "/"; "" is text.
 * The value: of "a" where it leads, of "ol" its first number, of "th" and "td" "right" or nothing, of "pre" its language.
 */
export const read = (text) => {
  const pieces = [];
  const add = (what, value = "") => pieces.push([what, String(value)]);
  const leaf = (what, text, value) => (add(what, value), text && add("", text), add("/"));
  const value = (token) =>
    token.attrGet("href") ?? token.attrGet("start") ?? (token.attrGet("style") === "text-align:right" ? "right" : "");
  const kinds = {
    inline: ({ children }) => {
      const task = /^\[([ xX])\] /.exec(children[0]?.content);
      if (task && pieces.at(-1)[0] === "li") {
        add("", task[1] === " " ? "☐ " : "☑ ");
        children[0].content = children[0].content.slice(task[0].length);
      }
      children.forEach(walk);
    },
    fence: ({ content, info }) => leaf("pre", content, info.trim().split(/\s/)[0]),
    code_block: ({ content }) => leaf("pre", content),
    code_inline: ({ content }) => leaf("code", content),
    // A picture would make the reader's browser fetch it.
    image: (token) => leaf("a", token.content || token.attrGet("src"), token.attrGet("src")),
    softbreak: () => add("", "\n"),
    hardbreak: () => leaf("br"),
    hr: () => leaf("hr"),
  };
  const walk = (token) => {
    // A paragraph in a tight list.
    if (token.hidden) return;
    if (kinds[token.type]) kinds[token.type](token);
    else if (token.nesting > 0) add(token.tag, value(token));
    else if (token.nesting < 0) add("/");
    else add("", token.content);
  };
  parser.parse(text, {}).forEach(walk);
  return JSON.stringify(pieces);
};
