// Making HTML by hand, safely: whatever is put into a template is escaped unless it is HTML already.
import { visible } from "../../visible.js";

/** Text that is HTML. Only this module makes one: an object of the same shape, as it may stand in a file, is none. */
class Html {
  readonly #html: string;

  constructor(text: string) {
    this.#html = text;
  }

  get html(): string {
    return this.#html;
  }

  static is(value: unknown): value is Html {
    return typeof value === "object" && value !== null && #html in value;
  }
}

export type { Html };

type Part = string | number | Html | undefined | false | readonly Part[];

/** Tag of template literals: strings and numbers are escaped, Html goes in as it is, lists one after another, nothing for undefined and false. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + (i < parts.length ? inside(parts[i]) : "")).join(""));
}

/** A text of the program itself, which goes into a template as it is. Never what comes from a file. */
export function ownMarkup(text: string): Html {
  return new Html(text);
}

/** What a type promises is not what a file must hold: anything else is shown as JSON. */
function inside(part: unknown): string {
  if (part === undefined || part === false) return "";
  if (Html.is(part)) return part.html;
  if (Array.isArray(part)) return part.map(inside).join("");
  return escapeHtml(typeof part === "object" ? JSON.stringify(part) : String(part));
}

/** Safe and seen as text and in quoted attributes, of HTML and XML. */
export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** JSON for a data block: nothing in it can end the block. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
