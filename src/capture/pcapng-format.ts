/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng, sections 3 and 4; the options are in the sections of their blocks). */

/** Section Header Block, 4.1: reads the same in either byte order. */
export const SECTION_HEADER = 0x0a0d0d0a;
/** Interface Description Block, 4.2. */
export const INTERFACE_DESCRIPTION = 1;
/** Interface Statistics Block, 4.5. */
export const INTERFACE_STATISTICS = 5;
/** Enhanced Packet Block, 4.3. */
export const ENHANCED_PACKET = 6;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** LINKTYPE_ETHERNET (draft-ietf-opsawg-pcaplinktype). */
export const LINKTYPE_ETHERNET = 1;

export const OPTION_END = 0;
export const SHB_USERAPPL = 4;
export const IF_NAME = 2;
export const IF_TSRESOL = 9;
export const EPB_FLAGS = 2;
export const ISB_IFRECV = 4;
export const ISB_IFDROP = 5;

/** if_tsresol: units of ten to the power of minus nine. */
export const NANOSECONDS = 9;

/** epb_flags, 4.3.1: bits 0 and 1. */
export const INBOUND = 1;
export const OUTBOUND = 2;

/** Blocks and options are padded to 32 bits. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
