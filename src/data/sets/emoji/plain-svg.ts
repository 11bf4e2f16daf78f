// An untrusted SVG, parsed and written anew with what draws and refers to nothing outside: nothing else reaches resvg.
import sax, { type QualifiedTag } from "sax";
import { UserError } from "../../../errors.js";

const svgSpace = "http://www.w3.org/2000/svg";
const limits = { characters: 4 * 1024 * 1024, elements: 50_000, depth: 200, pictures: 64 * 1024 * 1024 } as const;

/** What draws. Other elements are left out with all that is in them: resvg draws none of them without fonts. */
const elements = new Set(
  `svg g a switch defs symbol use path rect circle ellipse line polyline polygon linearGradient radialGradient stop pattern
  clipPath mask marker image style filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix
  feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
  feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence`.split(
    /\s+/,
  ),
);

/** Attributes of elements that draw. Others are left out. */
const attributes = new Set(
  `id class style x y x1 x2 y1 y2 cx cy r rx ry fx fy fr d points width height viewBox preserveAspectRatio transform
  gradientTransform gradientUnits spreadMethod offset patternUnits patternContentUnits patternTransform clipPathUnits
  maskUnits maskContentUnits mask-type markerUnits markerWidth markerHeight refX refY orient filterUnits primitiveUnits
  systemLanguage requiredExtensions requiredFeatures pathLength fill fill-opacity fill-rule stroke stroke-dasharray
  stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width opacity color display
  visibility overflow clip-path clip-rule mask filter marker marker-start marker-mid marker-end stop-color stop-opacity
  flood-color flood-opacity lighting-color color-interpolation color-interpolation-filters shape-rendering
  image-rendering paint-order isolation mix-blend-mode transform-origin transform-box enable-background vector-effect in
  in2 result mode type values tableValues slope intercept amplitude exponent operator k1 k2 k3 k4 order kernelMatrix
  divisor bias targetX targetY edgeMode preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent scale
  xChannelSelector yChannelSelector azimuth elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle stdDeviation dx dy
  radius baseFrequency numOctaves seed stitchTiles`.split(/\s+/),
);

/**
 * The SVG's elements and attributes that draw, as text.
 * @param pngPixels the pixels that a PNG's header claims. @throws UserError where it is no PNG, or too large.
 * @throws UserError where the text is no SVG, refers to anything outside itself, defines entities, or is too large.
 */
export function plainSvg(text: string, pngPixels: (bytes: Buffer) => number): string {
  if (text.length > limits.characters) {
    throw new UserError(`the SVG has ${text.length} characters, expected at most ${limits.characters}`);
  }
  const parser = sax.parser(true, { xmlns: true, strictEntities: true } as sax.SAXOptions);
  const parts: string[] = [];
  let [depth, count, left, pixels] = [0, 0, 0, 0];
  let [inStyle, style] = [false, ""];
  parser.onerror = (error) => {
    throw new UserError(`the SVG is damaged: ${error.message.split("\n")[0]}`);
  };
  parser.ondoctype = (doctype) => {
    if (doctype.includes("[")) throw new UserError("the SVG defines entities, which are not read");
  };
  parser.onopentag = (tag) => {
    const { uri, local, attributes: given } = tag as QualifiedTag;
    if (++count > limits.elements) throw new UserError(`the SVG has more than ${limits.elements} elements`);
    if (++depth > limits.depth) throw new UserError(`the SVG is nested more than ${limits.depth} deep`);
    if (depth === 1 && (uri !== svgSpace || local !== "svg")) {
      throw new UserError("the picture is neither a PNG nor an SVG file");
    }
    if (uri === svgSpace && local === "feImage") throw refers();
    if (left > 0 || uri !== svgSpace || !elements.has(local)) {
      left++;
      return;
    }
    parts.push(`<${local}${depth === 1 ? ` xmlns="${svgSpace}"` : ""}`);
    for (const { local: name, uri: space, value } of Object.values(given)) {
      if (name === "href") {
        if (local === "image") pixels += nestedPng(value, pngPixels);
        else if (!/^\s*(#|$)/.test(value)) throw refers();
        if (pixels > limits.pictures)
          throw new UserError(`the SVG holds pictures of more than ${limits.pictures} pixels`);
        parts.push(` href="${escaped(value)}"`);
      } else if (space === "" && attributes.has(name)) {
        checkStyle(value);
        parts.push(` ${name}="${escaped(value)}"`);
      }
    }
    parts.push(">");
    inStyle = local === "style";
  };
  parser.ontext = parser.oncdata = (inside) => {
    if (inStyle) style += inside;
  };
  parser.onclosetag = (name) => {
    depth--;
    inStyle = false;
    if (left > 0) {
      left--;
      return;
    }
    if (style !== "") {
      checkStyle(style);
      parts.push(escaped(style));
      style = "";
    }
    parts.push(`</${name.replace(/^.*:/, "")}>`);
  };
  // The parser's own limit is 64 KiB a value, less than a long path takes.
  (sax as unknown as { MAX_BUFFER_LENGTH: number }).MAX_BUFFER_LENGTH = limits.characters;
  parser.write(text).close();
  return parts.join("");
}

function nestedPng(href: string, pngPixels: (bytes: Buffer) => number): number {
  const base64 = /^\s*data:image\/png;base64,([A-Za-z0-9+/=\s]*)$/.exec(href)?.[1];
  if (base64 === undefined) {
    throw new UserError("the SVG refers to other files, or holds a picture that is not PNG: neither is read");
  }
  return pngPixels(Buffer.from(base64, "base64"));
}

/** A backslash could spell "url" in another way. */
function checkStyle(text: string): void {
  if (/url\s*\(\s*(?:["']\s*)?(?!["'\s#])|@import/i.test(text)) throw refers();
  if (text.includes("\\")) throw new UserError("the SVG's style has a backslash, which is not read");
}

function refers(): UserError {
  return new UserError("the SVG refers to other files, which are not read");
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"\n\r\t]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
