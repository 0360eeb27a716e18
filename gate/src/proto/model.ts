/** A folder or file of .proto, as the checks read it. Names are full: `package.Message`. */
export interface Proto {
  readonly files: readonly ProtoFile[];
  readonly messages: ReadonlyMap<string, Message>;
  readonly enums: ReadonlyMap<string, Enum>;
  readonly services: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface ProtoFile {
  readonly name: string;
  readonly syntax: string;
  readonly package: string;
}

export interface Reservation {
  /** Both ends included. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly names: ReadonlySet<string>;
}

export interface Message {
  readonly fields: readonly ProtoField[];
  readonly reserved: Reservation;
  /** Ranges of numbers that other files may add fields under, both ends included. */
  readonly extensions: readonly (readonly [number, number])[];
  /** Whether it is written as a set of groups, in the old way of extensions. */
  readonly isMessageSet: boolean;
}

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** A scalar's name, or the full name of message or enum. */
  readonly type: string;
  readonly kind: 'scalar' | 'message' | 'enum' | 'group' | 'unknown';
  readonly label: 'single' | 'repeated' | 'map';
  /** Of a map. */
  readonly keyType: string | undefined;
  readonly isRequired: boolean;
  /** Whether leaving it out can be told from its default. */
  readonly hasPresence: boolean;
  readonly oneof: string | undefined;
  readonly jsonName: string;
  readonly default: string | undefined;
  /** Number that an enum stands at when bytes leave it out and no default is written; undefined where none can be left out. */
  readonly firstNumber: number | undefined;
  /** Whether readers refuse text in it that is no UTF-8. */
  readonly isTextChecked: boolean;
}

export interface Enum {
  /** Several names may share a number. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
  readonly reserved: Reservation;
  /** Whether a number without a name is kept apart as an unknown field. */
  readonly isClosed: boolean;
}
