// Draws the points of the map with WebGL 2, a part of them at a time: a million are too many for a frame on a slow machine.
import type { Camera, Size } from "./camera.js";

export interface Look {
  /** Colors of the groups, as #rrggbb. */
  readonly colors: readonly string[];
  /** Shapes of the groups: 0 circle, 1 square, 2 diamond, 3 triangle. */
  readonly shapes: readonly number[];
  /** Of a point, in CSS pixels. */
  readonly size: number;
  readonly opacity: number;
  /** The group that is shown alone. */
  readonly alone: number | undefined;
}

const vertex = `#version 300 es
in vec2 place;
in float group;
in float mark;
uniform vec2 middle, scale;
uniform float size, opacity, alone, faint;
uniform sampler2D looks;
out vec4 color;
flat out int shape;
void main() {
  int at = int(group);
  vec4 look = texelFetch(looks, ivec2(at & 255, at >> 8), 0);
  bool isShown = alone < 0.0 || group == alone;
  gl_Position = isShown ? vec4((place - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  shape = int(look.a * 255.0 + 0.5);
  color = vec4(look.rgb, opacity * (mark > 0.5 ? 1.0 : faint));
}`;
const fragment = `#version 300 es
precision highp float;
in vec4 color;
flat in int shape;
uniform float size;
out vec4 result;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  vec2 far = abs(at);
  float edge = shape == 0 ? length(at)
    : shape == 1 ? max(far.x, far.y) * 1.16
    : shape == 2 ? far.x + far.y
    : max(at.y * 1.25, far.x * 1.1 - at.y * 0.55 + 0.45);
  float alpha = color.a * clamp((1.0 - edge) * size * 0.5 + 0.5, 0.0, 1.0);
  if (alpha < 0.01) discard;
  result = vec4(color.rgb * alpha, alpha);
}`;

export class Points {
  readonly #gl: WebGL2RenderingContext;
  readonly #uniform: (name: string) => WebGLUniformLocation | null;
  readonly #order: Uint32Array;
  readonly #groups: WebGLBuffer;
  readonly #marks: WebGLBuffer;
  readonly #canvas: HTMLCanvasElement;
  #look: Look | undefined;
  #hasMarks = false;

  /** @throws Error where the browser has no WebGL 2. */
  constructor(canvas: HTMLCanvasElement, x: Float32Array, y: Float32Array) {
    // What was drawn stays, so that the next part goes on top of it.
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error("this browser's WebGL cannot draw the map");
    this.#canvas = canvas;
    this.#gl = gl;
    const program = link(gl);
    gl.useProgram(program);
    this.#uniform = (name) => gl.getUniformLocation(program, name);
    this.#order = shuffled(x.length);
    const places = new Float32Array(2 * x.length);
    for (const [slot, point] of this.#order.entries()) {
      places[2 * slot] = x[point]!;
      places[2 * slot + 1] = y[point]!;
    }
    const attribute = (name: string, size: number, type: number) => {
      const buffer = gl.createBuffer();
      const at = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, type, false, 0, 0);
      return buffer;
    };
    attribute("place", 2, gl.FLOAT);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
    this.#groups = attribute("group", 1, gl.UNSIGNED_SHORT);
    this.#marks = attribute("mark", 1, gl.UNSIGNED_BYTE);
    this.mark(undefined);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  get count(): number {
    return this.#order.length;
  }

  /** @param groups of each point: a place among the colors. */
  group(groups: ArrayLike<number>): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#groups);
    gl.bufferData(
      gl.ARRAY_BUFFER,
      Uint16Array.from(this.#order, (point) => groups[point]!),
      gl.STATIC_DRAW,
    );
  }

  /** Lets these points stand out; undefined: none does. */
  mark(points: Uint32Array | undefined): void {
    const gl = this.#gl;
    this.#hasMarks = points !== undefined;
    const isMarked = new Uint8Array(this.count);
    for (const point of points ?? []) isMarked[point] = 1;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#marks);
    gl.bufferData(
      gl.ARRAY_BUFFER,
      Uint8Array.from(this.#order, (point) => isMarked[point]!),
      gl.DYNAMIC_DRAW,
    );
  }

  look(look: Look): void {
    const gl = this.#gl;
    this.#look = look;
    const rows = Math.ceil(look.colors.length / 256);
    const texels = new Uint8Array(4 * 256 * rows);
    for (const [i, color] of look.colors.entries()) {
      const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
      texels.set([...parts, look.shapes[i] ?? 0], 4 * i);
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  /** Draws some of the points, which are in random order; from 0 on a fresh picture is begun. */
  draw(camera: Camera, { width, height }: Size, from: number, to: number): void {
    const [gl, look] = [this.#gl, this.#look];
    if (!look || width === 0 || height === 0) return;
    const dense = window.devicePixelRatio || 1;
    if (from === 0) {
      const [w, h] = [Math.round(width * dense), Math.round(height * dense)];
      if (this.#canvas.width !== w || this.#canvas.height !== h) {
        this.#canvas.width = w;
        this.#canvas.height = h;
      }
      gl.viewport(0, 0, w, h);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    gl.uniform2f(this.#uniform("middle"), camera.x, camera.y);
    gl.uniform2f(this.#uniform("scale"), (2 * camera.scale) / width, (2 * camera.scale) / height);
    gl.uniform1f(this.#uniform("size"), look.size * dense);
    gl.uniform1f(this.#uniform("opacity"), look.opacity);
    gl.uniform1f(this.#uniform("alone"), look.alone ?? -1);
    gl.uniform1f(this.#uniform("faint"), this.#hasMarks ? 0.12 : 1);
    gl.drawArrays(gl.POINTS, from, Math.min(to, this.count) - from);
    gl.flush();
  }

  close(): void {
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error("this browser's WebGL cannot draw the map");
  return program;
}

/** All places in random order, the same each time: the first ones are an even sample of all. */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
