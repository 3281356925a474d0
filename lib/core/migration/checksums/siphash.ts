const MASK = (1n << 64n) - 1n;

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

/**
 * SipHash-1-3 with a zero key over bytes, as an unsigned 64-bit number. Source: Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF"; one compression round, three final rounds.
 */
export function sipHash13(bytes: Uint8Array): bigint {
  const state = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const whole = bytes.length - (bytes.length % 8);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 8) compress(state, view.readBigUInt64LE(at));
  let last = BigInt(bytes.length & 0xff) << 56n;
  for (let at = whole; at < bytes.length; at++) last |= BigInt(bytes[at] ?? 0) << BigInt(8 * (at - whole));
  compress(state, last);
  state[2] = (state[2] ?? 0n) ^ 0xffn;
  for (let turn = 0; turn < 3; turn++) round(state);
  return state.reduce((all, part) => all ^ part, 0n);
}

function compress(state: bigint[], word: bigint): void {
  state[3] = (state[3] ?? 0n) ^ word;
  round(state);
  state[0] = (state[0] ?? 0n) ^ word;
}

function round(state: bigint[]): void {
  let [a = 0n, b = 0n, c = 0n, d = 0n] = state;
  a = (a + b) & MASK;
  b = rotate(b, 13n) ^ a;
  a = rotate(a, 32n);
  c = (c + d) & MASK;
  d = rotate(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = rotate(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = rotate(b, 17n) ^ c;
  c = rotate(c, 32n);
  state.splice(0, 4, a, b, c, d);
}
