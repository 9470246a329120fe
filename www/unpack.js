// Puts the program together again from what `xtask/src/pack.rs` took apart. `cargo xtask build` adds this function, minified,
// to the program's own script, and holds what it makes against the program byte by byte.
//
// A compressor sees little in WebAssembly as it is, because instructions, variables, addresses and numbers follow each other
// byte by byte. Here each kind lies in a stream of its own, and what a kind of instruction is followed by tells streams apart
// once more. The order of everything is that of the instructions. Nothing is compressed here: the host does that, or nobody.

/** The program, from the packed one. */
export function unpack(packed) {
  // The packed file is a WebAssembly module too, with nothing but a section "packed": behind 8 bytes, its kind, size and name.
  let at = 9;
  const number = () => {
    const first = packed[at++];
    return first < 128 ? first : (first & 127) | (number() << 7);
  };
  number();
  at += 7;
  const program = new Uint8Array(number());
  const ends = Array.from({ length: 161 }, number);
  const places = Uint32Array.from(ends, (length) => (at += length) - length);
  let end = 0;

  const byte = (stream) => (program[end++] = packed[places[stream]++]);
  /** A number of any length, whose last byte is below 128. */
  const leb = (stream) => {
    const first = byte(stream);
    return first < 128 ? first : (first & 127) | (leb(stream) << 7);
  };
  const lebs = (stream, count) => {
    while (count-- > 0) leb(stream);
  };
  const all = (stream) => {
    for (let left = ends[stream]; left--; ) byte(stream);
  };

  all(0); // what stands before the functions
  for (let left = leb(1); left--; ) {
    const start = end;
    lebs(2, 2 * leb(2)); // variables
    for (let depth = 1; depth; ) {
      const op = byte(3);
      const next = packed[places[3]] >> 3;
      if (op > 1 && op < 5) {
        depth++;
        leb(4); // type of a block
      } else if (op === 11) {
        depth--;
      } else if (op === 12 || op === 13) {
        leb(5); // how far a branch goes
      } else if (op === 14) {
        lebs(6, leb(6) + 1); // branches of a switch
      } else if (op === 16) {
        leb(3); // a call, beside the instructions
      } else if (op > 31 && op < 35) {
        leb(32 * (op - 31) + next); // a variable
      } else if (op > 39 && op < 63) {
        program[end++] = 0; // no hint about alignment
        leb(op < 54 ? 7 : 8); // distance from an address
      } else if (op === 65) {
        // A small number, or 255 and a large one elsewhere: an address
        if (packed[places[128 + next]] === 255) {
          places[128 + next]++;
          leb(9);
        } else {
          leb(128 + next);
        }
      } else if (op === 66) {
        leb(10); // a number of 64 bits
      } else if (op === 67 || op === 68) {
        for (let width = op === 67 ? 4 : 8; width--; ) byte(11); // a fraction
      } else if (op === 17) {
        lebs(12, 2); // a call through a table
      } else if (op === 28) {
        lebs(12, leb(12)); // types of a choice
      } else if (op === 252) {
        const kind = leb(12);
        lebs(12, kind < 8 ? 0 : kind < 15 && !(kind & 1) ? 2 : 1); // memory, tables
      } else if ((op > 34 && op < 39) || op === 63 || op === 64 || op === 208 || op === 210) {
        leb(13); // globals, tables, memory, functions
      }
    }
    // How long a function is stands before it.
    const size = end - start;
    let width = 1;
    while (size >> (7 * width)) width++;
    program.copyWithin(start + width, start, end);
    for (let index = 0; index < width; index++) {
      program[start + index] = ((size >> (7 * index)) & 127) | (index < width - 1 ? 128 : 0);
    }
    end += width;
  }
  all(160); // and behind them
  return program;
}
