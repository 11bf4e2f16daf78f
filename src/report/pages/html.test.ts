// Tests of the HTML templates: nothing from outside becomes markup.
import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeHtml, html, jsonForScript } from "./html.js";

test("text is escaped, HTML, lists and nothing are not", () => {
  const evil = `<img src=x onerror="alert('1')">&`;
  assert.equal(escapeHtml(evil), "&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;");
  assert.equal(html`<b title="${evil}">${evil}</b>`.html, `<b title="${escapeHtml(evil)}">${escapeHtml(evil)}</b>`);
  assert.equal(
    html`${html`<i>${1}</i>`}${["a", html`<br>`, ["<"]]}${undefined}${false}${0}`.html,
    "<i>1</i>a<br>&#60;0",
  );
});

test("an object of a file is no HTML, whatever its keys; odd values are shown as JSON", () => {
  const evil = JSON.parse('{"html": "<script>"}');
  assert.equal(html`${evil}${[evil]}`.html, "{&#34;html&#34;:&#34;&#60;script&#62;&#34;}".repeat(2));
  assert.equal(html`${null as never} ${true as never} ${{ a: 1 } as never}`.html, "null true {&#34;a&#34;:1}");
  assert.equal(html`${{ __proto__: html`<b>` } as never}`.html, "{}");
});

test("text is seen: no character acts upon the page or breaks XML", () => {
  assert.equal(escapeHtml("\u0000\u202e\ufffe\ud800\n"), "\\x00\\u202e\\ufffe\\ud800\\n");
});

test("JSON in a script can neither end it nor begin a comment, and reads back", () => {
  const value = { a: "</script><!--<script>", b: "\u2028\u2029&", "<k>": [1, null] };
  const text = jsonForScript(value);
  assert.doesNotMatch(text, /[<>&\u2028\u2029]/);
  assert.deepEqual(JSON.parse(text), value);
});
