// What part of the map is seen. A place p is on the screen at p.x * scaleX + shiftX and p.y * scaleY + shiftY.

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** What a camera is told to look at. */
export interface Look {
  x: number;
  y: number;
  zoom: number;
}

export const home: Look = { x: 0, y: 0, zoom: 1 };

const fill = 0.9;

export class Camera {
  look: Look = { ...home };
  rect: Rect = { left: 0, top: 0, width: 1, height: 1 };
  /** 1: both axes fill the map; 0: distances are alike in both; between while one becomes the other. */
  stretch = 0;

  get scaleX(): number {
    return this.look.zoom * this.#fit(this.rect.width);
  }

  /** Negative: up is larger. */
  get scaleY(): number {
    return -this.look.zoom * this.#fit(this.rect.height);
  }

  get shiftX(): number {
    return this.rect.left + this.rect.width / 2 - this.look.x * this.scaleX;
  }

  get shiftY(): number {
    return this.rect.top + this.rect.height / 2 - this.look.y * this.scaleY;
  }

  placeAt(screen: Point): Point {
    return { x: (screen.x - this.shiftX) / this.scaleX, y: (screen.y - this.shiftY) / this.scaleY };
  }

  pan(dx: number, dy: number): void {
    this.setLook({ x: this.look.x - dx / this.scaleX, y: this.look.y - dy / this.scaleY, zoom: this.look.zoom });
  }

  /** What is to be seen so that the place under `at` stays where it is. */
  zoomed(factor: number, at: Point): Look {
    const zoom = Math.min(Math.max(this.look.zoom * factor, 0.4), 3000);
    const place = this.placeAt(at);
    const ratio = this.look.zoom / zoom;
    return { x: place.x + (this.look.x - place.x) * ratio, y: place.y + (this.look.y - place.y) * ratio, zoom };
  }

  setLook(look: Look): void {
    const within = (value: number): number => Math.min(Math.max(value, -3), 3);
    this.look = { x: within(look.x), y: within(look.y), zoom: look.zoom };
  }

  /** What is to be seen so that all the places are. */
  around(places: Point[]): Look {
    const xs = places.map(({ x }) => x);
    const ys = places.map(({ y }) => y);
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const reach = (length: number, size: number): number => (size * 0.66) / Math.max(length * this.#fit(size), 1e-9);
    const zoom = Math.min(reach(right - left, this.rect.width), reach(high - low, this.rect.height), 60);
    return { x: (left + right) / 2, y: (low + high) / 2, zoom: Math.max(zoom, 0.8) };
  }

  #fit(size: number): number {
    const same = Math.min(this.rect.width, this.rect.height);
    return (fill * (same + (size - same) * this.stretch)) / 2;
  }
}
