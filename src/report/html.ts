// Making HTML by hand, safely: whatever is put into a template is escaped unless it is HTML already.

/** Text that is HTML. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | undefined | false | readonly Part[];

/** Tag of template literals: strings and numbers are escaped, Html goes in as it is, lists one after another, nothing for undefined and false. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, i) => text + (i < parts.length ? inside(parts[i]) : "")).join("") };
}

function inside(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "object") return "html" in part ? part.html : part.map(inside).join("");
  return escapeHtml(`${part}`);
}

/** Safe as text and in quoted attributes, of HTML and XML. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** JSON for a data block: nothing in it can end the block. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
