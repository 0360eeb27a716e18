import { rules } from '../finding.ts';

/** Where protobuf, IDL, program and packages have to say the same. */
export const wire = rules('WIR', 'release', {
  fieldUntwinned: {
    number: 1,
    severity: 'breaking',
    title: 'protobuf field without a field in the IDL',
    why: 'Engines write it and no batch carries it: it is lost on the way to the chain.',
    fix: 'Generate the .proto from the IDL (`npm run generate`); a new field starts in the program.',
  },
  twinMissing: {
    number: 2,
    severity: 'breaking',
    title: 'IDL field without a field in protobuf',
    why: 'No engine can say it, so the program gets a default.',
    fix: 'Generate the .proto from the IDL (`npm run generate`).',
  },
  width: {
    number: 3,
    severity: 'silent',
    title: 'protobuf field and IDL field differ in width or kind',
    why: 'A value that fits one does not fit the other: it is cut, refused or changes sign on the way.',
    fix: 'u8, u16, u32 are uint32; u64 is uint64; i8 to i32 sint32 or int32; i64 sint64 or int64; bool is bool.',
  },
  enumNumbers: {
    number: 4,
    severity: 'silent',
    title: 'enum numbers differ from borsh tags',
    why: 'A borsh variant is its place in the list, counted from 0; a protobuf value is its number. The trade means something else.',
    fix: 'Number protobuf values as the variants stand.',
  },
  unrouted: {
    number: 5,
    severity: 'breaking',
    title: 'version byte that the program does not route',
    why: 'Batches or events of this version are allowed or spoken, and the program answers InvalidBatchVersion.',
    fix: 'Build the program with this version before anybody may say it.',
  },
  bitDropped: {
    number: 6,
    severity: 'breaking',
    title: 'batch version no longer settled',
    why: 'Batches of it may be in flight, in rows and in streams; relayers that speak only it stop.',
    fix: 'Switch the version off, wait until no batch of it is left (`lockstep rollout`, phase 3), then waive this rule for the path.',
  },
  noCommonVersion: {
    number: 7,
    severity: 'breaking',
    title: 'package and program share no batch version',
    why: 'Nothing it sends is settled.',
    fix: 'Release a package that speaks a version the program routes.',
  },
  ahead: {
    number: 8,
    severity: 'warning',
    title: 'package speaks a version the program does not route yet',
    why: 'It settles in the versions they share; the other one must not be switched on before the program is upgraded.',
    fix: 'Program first.',
  },
  lockedNumber: {
    number: 9,
    severity: 'silent',
    title: 'field number that the lock gives to another field',
    why: 'An engine that was built years ago writes the number for the other one: its values are read as this field.',
    fix: 'Take the next free number (`npm run generate` does); a number belongs to one name for ever.',
  },
  lockLost: {
    number: 10,
    severity: 'breaking',
    title: 'lock of field numbers lost an entry',
    why: 'Nothing stops the number from being given to another field, which would read what old engines write.',
    fix: 'Restore the entry; what is gone stays under `reserved`.',
  },
  unlocked: {
    number: 11,
    severity: 'warning',
    title: 'field that the lock does not have',
    why: 'Its number is not kept when the field goes.',
    fix: 'Write .proto and lock by `npm run generate`, never by hand.',
  },
  lost: {
    number: 12,
    severity: 'breaking',
    title: 'program or kind of file that the new side lacks',
    why: 'OLD has an IDL or .proto files, and NEW has nothing to hold against them: all that they promise is gone, or was left out.',
    fix: 'Name a folder that holds both kinds and every program. To judge one file, name the file itself.',
  },
  aside: {
    number: 13,
    severity: 'warning',
    title: 'kind of file left aside',
    why: 'NEW is a single file, so what OLD has of another kind, or of another program, was not judged.',
    fix: 'Judge it too, before anything ships: name a folder that holds both kinds and every program.',
  },
});

/** Folders of releases. */
export const release = rules('REL', 'release', {
  idlHash: {
    number: 1,
    severity: 'breaking',
    title: 'IDL is not the one its manifest names',
    why: 'What is judged here is not what was built.',
    fix: 'Restore the folder, or write the release anew.',
  },
  objectHash: {
    number: 2,
    severity: 'breaking',
    title: 'object or package is not the one its manifest names',
    why: 'What would be deployed is not what was released.',
    fix: 'Restore the folder, or write the release anew.',
  },
  version: {
    number: 3,
    severity: 'warning',
    title: 'manifest and IDL differ in version',
    why: 'Nobody can tell from the version which build it is.',
    fix: 'Write the release anew.',
  },
});
