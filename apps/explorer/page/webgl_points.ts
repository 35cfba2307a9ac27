// The points, in WebGL 2: two buffers of positions that are mixed, and a colour by where a word is at home.

import type { Camera } from "./camera";
import type { PointLayer, PointStyle } from "./point_layer";

const vertexSource = `#version 300 es
precision highp float;
layout(location = 0) in vec2 before;
layout(location = 1) in vec2 after;
layout(location = 2) in vec2 home;
layout(location = 3) in float chosen;
uniform vec2 scale, shift, view;
uniform float mixing, size, alpha, count, lightness, chroma, anyChosen;
uniform vec3 accent;
out vec4 color;

// Places at home are a plane; so are the colours of one lightness in Oklab (Ottosson 2020).
vec3 oklab(float L, vec2 ab) {
  vec3 roots = vec3(L + 0.3963377774 * ab.x + 0.2158037573 * ab.y, L - 0.1055613458 * ab.x - 0.0638541728 * ab.y,
                    L - 0.0894841775 * ab.x - 1.2914855480 * ab.y);
  vec3 lms = roots * roots * roots;
  vec3 rgb = mat3(4.0767416621, -1.2684380046, -0.0041960863, -3.3077115913, 2.6097574011, -0.7034186147,
                  0.2309699292, -0.3413193965, 1.7076147010) * lms;
  return pow(clamp(rgb, 0.0, 1.0), vec3(1.0 / 2.2));
}

void main() {
  bool noBefore = before.x > 1e9, noAfter = after.x > 1e9;
  float there = noBefore && noAfter ? 0.0 : noBefore ? mixing : noAfter ? 1.0 - mixing : 1.0;
  vec2 place = noBefore ? after : noAfter ? before : mix(before, after, mixing);
  vec2 screen = place * scale + shift;
  gl_Position = there <= 0.0 ? vec4(2.0, 2.0, 2.0, 1.0)
                             : vec4(screen.x / view.x * 2.0 - 1.0, 1.0 - screen.y / view.y * 2.0, 0.0, 1.0);
  // Words stand in order of frequency: the first are larger.
  float rank = log(float(gl_VertexID) + 2.0) / log(count + 2.0);
  gl_PointSize = size * (1.9 - rank) * (chosen > 0.5 ? 1.25 : 1.0) + (chosen > 0.5 ? 0.5 : 0.0);
  float opacity = chosen > 0.5 ? min(1.0, alpha * 1.3 + 0.15) : alpha * (anyChosen > 0.5 ? 0.5 : 1.0);
  vec3 hue = chosen > 0.5 ? accent : oklab(lightness, chroma * home);
  color = vec4(hue, 1.0) * min(1.0, opacity * (1.5 - 0.5 * rank)) * there;
}`;

const fragmentSource = `#version 300 es
precision mediump float;
in vec4 color;
uniform float round;
out vec4 result;
void main() {
  float coverage = 1.0;
  if (round > 0.5) {
    vec2 from = gl_PointCoord - 0.5;
    coverage = 1.0 - smoothstep(0.16, 0.25, dot(from, from));
  }
  result = color * coverage;
}`;

const attributes = ["before", "after", "home", "chosen"] as const;
type Attribute = (typeof attributes)[number];
const uniforms = [
  "scale", "shift", "view", "mixing", "size", "alpha", "count", "lightness", "chroma", "anyChosen", "accent", "round",
] as const;

type Uniforms = Record<(typeof uniforms)[number], WebGLUniformLocation | null>;

function compiled(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(gl.getProgramInfoLog(program) ?? "the shaders do not link");
  return program;
}

export class WebGlPoints implements PointLayer {
  readonly kind = "webgl2";
  readonly #gl: WebGL2RenderingContext;
  #buffers!: Record<Attribute, WebGLBuffer>;
  #at!: Uniforms;
  /** What the buffers hold, to fill them again if the context was lost. */
  readonly #held: Record<Attribute, ArrayBufferView>;
  #anyChosen = false;

  /** Throws if there is no WebGL 2. */
  readonly #canvas: HTMLCanvasElement;
  readonly #count: number;

  constructor(canvas: HTMLCanvasElement, count: number, restored: () => void) {
    this.#canvas = canvas;
    this.#count = count;
    const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error("This browser has no WebGL 2.");
    this.#gl = gl;
    this.#held = {
      before: new Float32Array(2 * count).fill(2e9),
      after: new Float32Array(2 * count).fill(2e9),
      home: new Int8Array(2 * count),
      chosen: new Uint8Array(count),
    };
    this.#prepare();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.#prepare();
      restored();
    });
  }

  setPlaces(side: "before" | "after", positions: Float32Array): void {
    this.#set(side, positions);
  }

  setHomes(homes: Int8Array): void {
    this.#set("home", homes);
  }

  setChosen(ids: Iterable<number>): void {
    const chosen = new Uint8Array(this.#count);
    this.#anyChosen = false;
    for (const id of ids) {
      chosen[id] = 1;
      this.#anyChosen = true;
    }
    this.#set("chosen", chosen);
  }

  draw(camera: Camera, mixing: number, most: number, style: PointStyle, ratio: number): void {
    const gl = this.#gl;
    const at = this.#at;
    const width = this.#canvas.clientWidth;
    const height = this.#canvas.clientHeight;
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at.scale, camera.scaleX, camera.scaleY);
    gl.uniform2f(at.shift, camera.shiftX, camera.shiftY);
    gl.uniform2f(at.view, width, height);
    gl.uniform1f(at.mixing, mixing);
    gl.uniform1f(at.size, style.size * ratio);
    gl.uniform1f(at.alpha, style.alpha);
    gl.uniform1f(at.count, this.#count);
    gl.uniform1f(at.lightness, style.lightness);
    gl.uniform1f(at.chroma, style.chroma);
    gl.uniform1f(at.anyChosen, this.#anyChosen ? 1 : 0);
    gl.uniform3f(at.accent, ...style.accent);
    gl.uniform1f(at.round, style.size * ratio > 2.2 ? 1 : 0);
    gl.drawArrays(gl.POINTS, 0, Math.min(most, this.#count));
  }

  #prepare(): void {
    const gl = this.#gl;
    const program = compiled(gl);
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#at = Object.fromEntries(
      uniforms.map((name) => [name, gl.getUniformLocation(program, name)]),
    ) as Uniforms;
    this.#buffers = Object.fromEntries(attributes.map((name) => [name, gl.createBuffer()])) as Record<Attribute, WebGLBuffer>;
    attributes.forEach((name, location) => {
      this.#set(name, this.#held[name]);
      gl.enableVertexAttribArray(location);
      if (name === "home") gl.vertexAttribPointer(location, 2, gl.BYTE, true, 0, 0);
      else if (name === "chosen") gl.vertexAttribPointer(location, 1, gl.UNSIGNED_BYTE, false, 0, 0);
      else gl.vertexAttribPointer(location, 2, gl.FLOAT, false, 0, 0);
    });
  }

  #set(name: Attribute, values: ArrayBufferView): void {
    this.#held[name] = values;
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#buffers[name]);
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, values as ArrayBufferView<ArrayBuffer>, this.#gl.DYNAMIC_DRAW);
  }
}
