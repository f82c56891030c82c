/** One instruction of the classic packet filter machine (linux/filter.h, struct sock_filter). */
export interface FilterInstruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly operand: number;
}

export type PacketFilter = readonly FilterInstruction[];

/** linux/filter.h: where the kernel answers whether it took a VLAN tag out of the frame, as an offset to load from. */
const VLAN_TAG_PRESENT = 0xfffff000 + 48;
const LOAD_BYTE_ABSOLUTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const ALL = 0xffffffff;

/** Reads what `tcpdump -ddd` prints: the number of instructions, then each as four decimal numbers. */
export function parseFilter(untrustedText: string): PacketFilter | undefined {
  const [count, ...lines] = untrustedText.trim().split('\n');
  if (!/^\d+$/.test(count ?? '') || lines.length !== Number(count)) return undefined;
  const instructions = lines.flatMap((line): FilterInstruction[] => {
    const found = /^(\d+) (\d+) (\d+) (\d+)$/.exec(line.trim());
    if (found === null) return [];
    const [code = 0, whenTrue = 0, whenFalse = 0, operand = 0] = found.slice(1).map(Number);
    return [{ code, whenTrue, whenFalse, operand }];
  });
  return instructions.length === lines.length ? instructions : undefined;
}

/**
 * The filter as the kernel is to run it, which keeps `snaplen` bytes of a frame (0: all); undefined where there is nothing to do. The kernel
 * takes the outer VLAN tag out of a frame before filters see it, so that their offsets are wrong for tagged frames: those all pass here, whole,
 * and `passes` decides about them once they have their tag again.
 */
export function kernelFilter(filter: PacketFilter | undefined, snaplen: number): PacketFilter | undefined {
  const kept = snaplen === 0 ? ALL : snaplen;
  if (filter === undefined) return kept === ALL ? undefined : [take(kept)];
  return [
    { code: LOAD_BYTE_ABSOLUTE, whenTrue: 0, whenFalse: 0, operand: VLAN_TAG_PRESENT },
    { code: JUMP_IF_EQUAL, whenTrue: 1, whenFalse: 0, operand: 0 },
    take(ALL),
    ...filter.map((instruction) => (takesFrame(instruction) ? take(kept) : instruction)),
  ];
}

function take(bytes: number): FilterInstruction {
  return { code: RETURN, whenTrue: 0, whenFalse: 0, operand: bytes };
}

/** How many bytes tcpdump would keep does not matter here. */
function takesFrame({ code, operand }: FilterInstruction): boolean {
  return code === RETURN && operand > 0;
}

const MEMORY_WORDS = 16;

/** Runs the filter on a frame whose first bytes these are, and which is `length` bytes long. As in the kernel, a load beyond the end refuses it. */
export function passes(filter: PacketFilter, bytes: Uint8Array, length: number): boolean {
  const machine = new Machine(bytes, length);
  for (let at = 0; at < filter.length; at++) {
    const instruction = filter[at];
    if (instruction === undefined) return false;
    const outcome = machine.step(instruction);
    if (typeof outcome === 'boolean') return outcome;
    at += outcome;
  }
  return false;
}

/** The machine of McCanne and Jacobson, "The BSD Packet Filter" (1993): accumulator, index register, scratch memory. */
class Machine {
  readonly #view: DataView;
  readonly #length: number;
  readonly #memory = new Uint32Array(MEMORY_WORDS);
  #accumulator = 0;
  #index = 0;

  constructor(bytes: Uint8Array, length: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#length = length;
  }

  /** How many instructions to skip, or the verdict. */
  step(instruction: FilterInstruction): number | boolean {
    const { code, operand } = instruction;
    switch (code & 0x07) {
      case 0x00: {
        const value = this.#load(code, operand);
        if (value === undefined) return false;
        this.#accumulator = value;
        return 0;
      }
      case 0x01: {
        const value = this.#load(code, operand);
        if (value === undefined) return false;
        this.#index = value;
        return 0;
      }
      case 0x02:
        this.#memory[operand % MEMORY_WORDS] = this.#accumulator;
        return 0;
      case 0x03:
        this.#memory[operand % MEMORY_WORDS] = this.#index;
        return 0;
      case 0x04: {
        const value = calculate(code & 0xf0, this.#accumulator, (code & 0x08) === 0 ? operand : this.#index);
        if (value === undefined) return false;
        this.#accumulator = value;
        return 0;
      }
      case 0x05:
        return this.#jump(instruction);
      case 0x06:
        return ((code & 0x18) === 0x10 ? this.#accumulator : operand) > 0;
      default:
        if ((code & 0xf8) === 0) this.#index = this.#accumulator;
        else this.#accumulator = this.#index;
        return 0;
    }
  }

  #load(code: number, operand: number): number | undefined {
    switch (code & 0xe0) {
      case 0x00:
        return operand;
      case 0x20:
        return this.#at(operand, code & 0x18);
      case 0x40:
        return this.#at(operand + this.#index, code & 0x18);
      case 0x60:
        return this.#memory[operand % MEMORY_WORDS];
      case 0x80:
        return this.#length;
      default: {
        const header = this.#at(operand, 0x10);
        return header === undefined ? undefined : 4 * (header & 0x0f);
      }
    }
  }

  #at(offset: number, size: number): number | undefined {
    const length = size === 0x10 ? 1 : size === 0x08 ? 2 : 4;
    if (offset + length > this.#view.byteLength) return undefined;
    if (length === 1) return this.#view.getUint8(offset);
    return length === 2 ? this.#view.getUint16(offset) : this.#view.getUint32(offset);
  }

  #jump({ code, whenTrue, whenFalse, operand }: FilterInstruction): number {
    const [a, b] = [this.#accumulator, (code & 0x08) === 0 ? operand : this.#index];
    switch (code & 0xf0) {
      case 0x00:
        return operand;
      case 0x10:
        return a === b ? whenTrue : whenFalse;
      case 0x20:
        return a > b ? whenTrue : whenFalse;
      case 0x30:
        return a >= b ? whenTrue : whenFalse;
      default:
        return (a & b) === 0 ? whenFalse : whenTrue;
    }
  }
}

/** Unsigned, in 32 bits; undefined for a division by nothing. */
function calculate(operation: number, a: number, b: number): number | undefined {
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x30:
      return b === 0 ? undefined : Math.floor(a / b);
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? 0 : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return b === 0 ? undefined : a % b;
    default:
      return (a ^ b) >>> 0;
  }
}
