// An SVG may ask for other files: such a one is refused before it is drawn, because drawn without them it would be another picture.
import sax, { type QualifiedTag } from "sax";
import { UserError } from "../../errors.js";

const svgSpace = "http://www.w3.org/2000/svg";

/** Elements that draw what their href names; that of a link (<a>) is only followed by people. */
const drawing = new Set(
  "image use feImage pattern linearGradient radialGradient textPath tref filter mpath cursor".split(" "),
);

/**
 * Looks for references to other files: href of what is drawn, url() and @import in styles, XInclude, external entities.
 *
 * The file is drawn from its bytes, without a place that names could be looked up from, so that librsvg reads nothing else in
 * any case; this look gives the reason in one line.
 * @throws UserError where there is such a reference.
 */
export function refuseReferences(text: string): void {
  const parser = sax.parser(true, { xmlns: true });
  let style = false;
  // What is no XML is for the decoder to refuse; here the rest is read on.
  parser.onerror = () => {
    (parser as { error: unknown }).error = null;
    parser.resume();
  };
  parser.ondoctype = (doctype) => {
    if (/<!ENTITY[^>]*\s(?:SYSTEM|PUBLIC)\s/.test(doctype)) throw refers();
  };
  parser.onprocessinginstruction = ({ name }) => {
    if (name === "xml-stylesheet") throw refers();
  };
  parser.onopentag = (tag) => {
    const { uri, local, attributes } = tag as QualifiedTag;
    if (uri === "http://www.w3.org/2001/XInclude") throw refers();
    if (uri !== svgSpace && uri !== "") return;
    style = local === "style";
    for (const { local: name, prefix, value } of Object.values(attributes)) {
      const refersOut = name === "href" && drawing.has(local) && !/^\s*(?:#|data:|$)/i.test(value);
      if (refersOut || (prefix !== "xmlns" && stylesRefer(value))) throw refers();
    }
  };
  parser.ontext = parser.oncdata = (inside) => {
    if (style && stylesRefer(inside)) throw refers();
  };
  parser.onclosetag = () => {
    style = false;
  };
  // A path may be longer than the 64 KiB that the parser takes by default; the whole text is in memory already.
  (parser as unknown as { bufferCheckPosition: number }).bufferCheckPosition = Number.POSITIVE_INFINITY;
  parser.write(text).close();
}

function stylesRefer(text: string): boolean {
  return /url\s*\(\s*(?:["']\s*)?(?!["'\s#)]|data:)|@import/i.test(text);
}

function refers(): UserError {
  return new UserError("the SVG refers to other files, which are not read");
}
