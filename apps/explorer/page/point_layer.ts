// How points are drawn: by WebGL 2, or by the processor where WebGL would be that too, but slower, or is not there.

import type { Camera } from "./camera";
import { PlainPoints } from "./plain_points";
import { WebGlPoints } from "./webgl_points";

export interface PointStyle {
  size: number;
  alpha: number;
  lightness: number;
  chroma: number;
  /** Red, green, blue from 0 to 1. */
  accent: [number, number, number];
  ground: [number, number, number];
}

export interface PointLayer {
  readonly kind: "webgl2" | "plain";
  setPlaces(side: "before" | "after", positions: Float32Array): void;
  /** Where words are at home, from -127 to 127: it is their colour. */
  setHomes(homes: Int8Array): void;
  setChosen(ids: Iterable<number>): void;
  /** Draws the first so many points. */
  draw(camera: Camera, mixing: number, most: number, style: PointStyle, ratio: number): void;
  /** If labels are drawn on the same canvas: brings the points back, without drawing them anew. */
  put?(): void;
}

/** Whether a graphics processor draws. Without one, WebGL takes 1 us for a point and a loop over the pixels a tenth of it. */
function hasHardware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const about = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(about ? about.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}

/** `wanted` is from the address (points=webgl or points=plain), for tests. */
export function pointLayer(canvas: HTMLCanvasElement, count: number, wanted: string, restored: () => void): PointLayer {
  const webgl = wanted === "webgl" || (wanted !== "plain" && hasHardware());
  return webgl ? new WebGlPoints(canvas, count, restored) : new PlainPoints(canvas, count);
}
