/** RFC 3492 with the parameters of IDNA. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const MAX = 0x7fffffff;

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return Math.floor(k + ((BASE - T_MIN + 1) * rest) / (rest + 38));
}

function threshold(k: number, bias: number): number {
  return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

function digit(value: number): string {
  return String.fromCharCode(value < 26 ? 97 + value : 22 + value);
}

export function encodePunycode(label: string): string {
  const points = Array.from(label, (char) => char.codePointAt(0) as number);
  const basic = points.filter((point) => point < 0x80);
  let out = String.fromCharCode(...basic);
  let done = basic.length;
  if (done > 0) out += "-";
  let n = 0x80;
  let delta = 0;
  let bias = 72;
  while (done < points.length) {
    const next = points.reduce((least, point) => (point >= n && point < least ? point : least), MAX);
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      out += digit(q);
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
    delta++;
    n++;
  }
  return out;
}

/** Undefined when `text` is not punycode. */
export function decodePunycode(text: string): string | undefined {
  const cut = text.lastIndexOf("-");
  const points = Array.from(cut > 0 ? text.slice(0, cut) : "", (char) => char.charCodeAt(0));
  if (points.some((point) => point >= 0x80)) return undefined;
  let n = 0x80;
  let index = 0;
  let bias = 72;
  for (let at = cut > 0 ? cut + 1 : 0; at < text.length; ) {
    const start = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const value = digitValue(text.charCodeAt(at++));
      if (value === undefined || value > (MAX - index) / weight) return undefined;
      index += value * weight;
      const t = threshold(k, bias);
      if (value < t) break;
      weight *= BASE - t;
    }
    const length = points.length + 1;
    bias = adapt(index - start, length, start === 0);
    n += Math.floor(index / length);
    if (n > 0x10ffff) return undefined;
    index %= length;
    points.splice(index++, 0, n);
  }
  return String.fromCodePoint(...points);
}

function digitValue(code: number): number | undefined {
  if (code >= 48 && code <= 57) return code - 22;
  const lower = code | 32;
  return lower >= 97 && lower <= 122 ? lower - 97 : undefined;
}
