import { rules } from '../finding.ts';

const V2 = 'Emit another event (`…V2`), and this one too while anybody reads it.';

/** Events: what the new program writes, read by deployed indexers. */
export const event = rules('EVT', 'old-reader', {
  deleted: {
    number: 1,
    severity: 'breaking',
    title: 'event removed',
    why: 'Indexers wait for it in vain.',
    fix: 'Go on emitting it.',
  },
  discriminator: {
    number: 2,
    severity: 'breaking',
    title: 'event discriminator changed',
    why: 'Indexers do not know the event any more, and pass over it.',
    fix: 'Set the old discriminator explicitly.',
  },
  renamed: {
    number: 3,
    severity: 'warning',
    title: 'event renamed, discriminator kept',
    why: 'Indexers that go by discriminator work; those that go by name do not.',
    fix: 'Tell whoever reads it.',
  },
  added: { number: 4, severity: 'safe', title: 'event added', why: 'Indexers pass over it.', fix: 'Nothing to do.' },
  appended: {
    number: 5,
    severity: 'warning',
    title: 'field appended to an event',
    why: 'Lenient decoders ignore it, strict ones refuse the event; new ones fail at the history before it.',
    fix: 'Update indexers first, and have them read both lengths.',
  },
  moved: {
    number: 6,
    severity: 'silent',
    title: 'fields of an event moved',
    why: 'Indexers read each field from the bytes of another.',
    fix: V2,
  },
  'last-removed': {
    number: 7,
    severity: 'breaking',
    title: 'last field of an event removed',
    why: 'The event ends before indexers have read it.',
    fix: V2,
  },
  retyped: {
    number: 8,
    severity: 'silent',
    title: 'field of an event has another type',
    why: 'Indexers read its bytes as the old type.',
    fix: V2,
  },
  renamedField: {
    number: 9,
    severity: 'warning',
    title: 'field of an event renamed',
    why: 'The bytes are the same; queries by name find nothing.',
    fix: 'Tell whoever reads it.',
  },
  unknown: {
    number: 10,
    severity: 'unknown',
    title: 'event cannot be judged',
    why: 'Part of it is a custom serialization, a type that is defined nowhere, or a construct the checker does not know.',
    fix: 'Prove it with recorded events, then waive this rule for the path.',
  },
  'same-bytes': {
    number: 11,
    severity: 'safe',
    title: 'field of an event has another type with the same bytes',
    why: 'What indexers read is what it was.',
    fix: 'Nothing to do.',
  },
  spare: {
    number: 12,
    severity: 'warning',
    title: 'reserved bytes of an event changed their use',
    why: 'Nothing moved; old indexers do not see the new field, or read zeros for the one that went.',
    fix: 'Tell whoever reads it.',
  },
  ambiguous: {
    number: 13,
    severity: 'unknown',
    title: 'a field of an event went and one of its type came',
    why: 'A field that was renamed and moved at once looks the same as one that went while another of its type came: the first loses its value. So does a field whose place went to one with a name that shares no word.',
    fix: 'Do the one in this release and the other in the next, or waive this rule for the path once you are sure.',
  },
  shadowed: {
    number: 14,
    severity: 'silent',
    direction: 'release',
    title: "event discriminator is another event's, or its start",
    why: 'Indexers tell events apart by how they start: one is read as the other.',
    fix: 'Choose discriminators of which none starts with another.',
  },
});
