import type { Rule } from '../finding.ts';
import { proto as rule } from '../rules/proto.ts';
import type { ProtoField } from './model.ts';

/** How a scalar's bytes are read: the wire type, the way of counting, and the bits that count. */
interface Coding {
  readonly wire: 'varint' | 'i64' | 'i32' | 'length' | 'group';
  readonly sense: 'unsigned' | 'signed' | 'zigzag' | 'enum' | 'float' | 'text' | 'bytes' | 'message';
  readonly bits: number;
}

const coding = (wire: Coding['wire'], sense: Coding['sense'], bits = 0): Coding => ({ wire, sense, bits });

const SCALARS: Readonly<Record<string, Coding>> = {
  bool: coding('varint', 'unsigned', 1),
  uint32: coding('varint', 'unsigned', 32),
  uint64: coding('varint', 'unsigned', 64),
  int32: coding('varint', 'signed', 32),
  int64: coding('varint', 'signed', 64),
  sint32: coding('varint', 'zigzag', 32),
  sint64: coding('varint', 'zigzag', 64),
  fixed32: coding('i32', 'unsigned', 32),
  sfixed32: coding('i32', 'signed', 32),
  float: coding('i32', 'float', 32),
  fixed64: coding('i64', 'unsigned', 64),
  sfixed64: coding('i64', 'signed', 64),
  double: coding('i64', 'float', 64),
  string: coding('length', 'text'),
  bytes: coding('length', 'bytes'),
};

function codingOf({ kind, type }: ProtoField): Coding {
  if (kind === 'enum') return coding('varint', 'enum', 32);
  if (kind === 'group') return coding('group', 'message');
  return SCALARS[type] ?? coding('length', 'message');
}

/** What a change of type, under the same name and number, does to old bytes. */
export function typeRule(was: ProtoField, now: ProtoField): Rule {
  if (was.kind === now.kind && was.kind !== 'scalar') return rule.messageType;
  const [before, after] = [codingOf(was), codingOf(now)];
  if (before.wire !== after.wire) return rule.wireType;
  if (before.wire === 'length') {
    if (before.sense === 'text' && after.sense === 'bytes') return rule.stringToBytes;
    if (before.sense === 'bytes' && after.sense === 'text') return rule.bytesToString;
    return rule.coding;
  }
  if (before.sense === after.sense) return before.bits < after.bits ? rule.wider : rule.narrower;
  // Every unsigned value is a signed one of more bits, and every enum number a signed one of as many.
  if (before.sense === 'unsigned' && after.sense === 'signed' && before.bits < after.bits) return rule.wider;
  if (before.sense === 'enum' && after.sense === 'signed') return rule.wider;
  return rule.coding;
}
