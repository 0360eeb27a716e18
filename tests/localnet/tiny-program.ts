/**
 * The smallest program the loader accepts, built by hand: it ends with the given result. 0 is success, any other
 * number is the code of a custom error, so two builds can be told apart by calling them.
 */
const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const TEXT_OFFSET = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES;
const NAMES = '\0.text\0.shstrtab\0';
const ET_DYN = 3;
const EM_BPF = 247;
const SECTION_PROGBITS = 1;
const SECTION_STRTAB = 3;
const FLAGS_ALLOC_EXEC = 6;
const SEGMENT_LOAD = 1;
const SEGMENT_READ_EXEC = 5;

export function tinyProgram(result: number): Uint8Array {
  const text = Buffer.alloc(16);
  text.writeUInt8(0xb7, 0); // mov64 r0, result
  text.writeInt32LE(result, 4);
  text.writeUInt8(0x95, 8); // exit
  const namesOffset = TEXT_OFFSET + text.length;
  const sectionsOffset = namesOffset + NAMES.length + (8 - ((namesOffset + NAMES.length) % 8));
  const object = Buffer.alloc(sectionsOffset + 3 * SECTION_HEADER_BYTES);
  writeElfHeader(object, sectionsOffset);
  writeLoadSegment(object, text.length);
  text.copy(object, TEXT_OFFSET);
  object.write(NAMES, namesOffset, 'latin1');
  const section = (index: number, fields: { name: number; type: number; flags: number; at: number; size: number }) => {
    const base = sectionsOffset + index * SECTION_HEADER_BYTES;
    object.writeUInt32LE(fields.name, base);
    object.writeUInt32LE(fields.type, base + 4);
    object.writeBigUInt64LE(BigInt(fields.flags), base + 8);
    object.writeBigUInt64LE(BigInt(fields.flags === 0 ? 0 : fields.at), base + 16);
    object.writeBigUInt64LE(BigInt(fields.at), base + 24);
    object.writeBigUInt64LE(BigInt(fields.size), base + 32);
    object.writeBigUInt64LE(8n, base + 48);
  };
  section(1, { name: 1, type: SECTION_PROGBITS, flags: FLAGS_ALLOC_EXEC, at: TEXT_OFFSET, size: text.length });
  section(2, { name: 7, type: SECTION_STRTAB, flags: 0, at: namesOffset, size: NAMES.length });
  return object;
}

function writeElfHeader(object: Buffer, sectionsOffset: number): void {
  object.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  object.writeUInt16LE(ET_DYN, 16);
  object.writeUInt16LE(EM_BPF, 18);
  object.writeUInt32LE(1, 20);
  object.writeBigUInt64LE(BigInt(TEXT_OFFSET), 24);
  object.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32);
  object.writeBigUInt64LE(BigInt(sectionsOffset), 40);
  object.writeUInt16LE(ELF_HEADER_BYTES, 52);
  object.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  object.writeUInt16LE(1, 56);
  object.writeUInt16LE(SECTION_HEADER_BYTES, 58);
  object.writeUInt16LE(3, 60);
  object.writeUInt16LE(2, 62);
}

function writeLoadSegment(object: Buffer, textBytes: number): void {
  object.writeUInt32LE(SEGMENT_LOAD, ELF_HEADER_BYTES);
  object.writeUInt32LE(SEGMENT_READ_EXEC, ELF_HEADER_BYTES + 4);
  for (const field of [8, 16, 24]) object.writeBigUInt64LE(BigInt(TEXT_OFFSET), ELF_HEADER_BYTES + field);
  for (const field of [32, 40]) object.writeBigUInt64LE(BigInt(textBytes), ELF_HEADER_BYTES + field);
  object.writeBigUInt64LE(8n, ELF_HEADER_BYTES + 48);
}
