/**
 * What the operator does next, one sentence per error of the settlement program. A test holds the names against the
 * IDL's, both ways.
 */
export const settlementAdvice = {
  NotUpgradeAuthority: "Sign initialize with the program's upgrade authority; see `solana program show`.",
  NotAdmin: 'Sign with the admin named in the config.',
  NotGuardian: 'Sign with the guardian named in the config; pausing is also open to the admin.',
  NotPendingAdmin: 'Sign with the key the admin nominated, or have the admin nominate this one.',
  NotActiveRelayer:
    "Compare the relayer's key with the config's active relayer; a scheduled change may just have begun.",
  NotEntryOwner: 'Check the trader index; only the entry’s owner moves its money.',

  InvalidVersionMask: 'Pass at least one batch version, and only versions this program build routes.',
  UnsupportedFeatureFlag: 'Clear the flags this program build does not know, or upgrade the program first.',
  MinBatchTooLarge: 'Pick a minimum batch size of at most 24 trades.',
  MaxBatchAgeTooLong: 'Pick a maximum batch age of at most 9,000 slots.',
  WithdrawalDelayTooLong: 'Pick a withdrawal delay of at most 216,000 slots.',
  FeeTooHigh: 'Keep each fee rate at or below 500 bps.',
  ScheduleInPast: 'Read the current slot and schedule for a later one.',
  ScheduleMaskInvalid: 'Name at least one field in the mask, and only fields the program knows.',
  SchedulePending: 'Cancel the pending schedule, or wait until it is active.',
  ScheduleConflict: 'Cancel the pending schedule that names this field, then set it.',
  ScheduleAlreadyActive: 'The change is in force; set its fields back one by one instead of cancelling.',
  NoSchedule: 'Nothing to do: no change is pending.',
  GuardianCannotUnpause: 'Have the admin resume settlement.',
  ZeroAddress: 'Pass a real key; nobody could ever sign for the zero address.',

  SameMint: 'Create the market with two different mints.',
  MarketTooSmall: 'Create the market account with room for at least 64 traders.',
  MarketTooLarge: 'The market has reached 10 MiB; open another market for more traders.',
  MarketFull: 'Have the admin run grow_market, or reuse a free index.',
  MarketMigrated: "Use the successor program; the config's successor names it.",
  WrongVault: 'Pass the vaults derived from the market.',
  WrongMint: "Pass token accounts of the market's base and quote mint, in that order.",
  InvalidLotSize: 'Create the market with at least one atom a base lot.',

  EmptyBatch: 'Send at least the version byte.',
  InvalidBatchVersion: 'Send a version this program build routes, or upgrade the program.',
  Paused: 'Wait for the admin to resume; withdrawals keep working meanwhile.',
  VersionNotAllowed: 'Re-encode the batch in an allowed version, or have the admin allow this one.',
  SequenceSettled: "This sequence is settled; compare the market's digest of it with ours and go on from its cursor.",
  SequenceAhead: 'Wait for the batches before this one, then send the same bytes again.',
  BatchTooSmall: 'Wait for more trades, or until the last batch is older than the maximum batch age.',
  TradeReplay: "Drop the trades up to the market's last trade id and encode again.",
  TradeGap: 'Ask the engine to replay from the market’s last trade id.',
  MalformedBatch: 'Stop the lane and compare the bytes with tests/golden; the codec is wrong.',
  PrevDigestMismatch:
    "Read the market's digest of the sequence before and encode again: another payload than expected was accepted.",
  TooManyTrades: 'Split the batch: version 2 holds at most 1,024 trades.',
  UnknownEncoding: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  ColumnTruncated: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  OverlongInteger: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  ColumnCountMismatch: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  SpareBitsSet: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  ColumnValueOutOfRange: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  TrailingBytes: 'Stop the lane and compare the bytes with tests/golden/v2; the codec is wrong.',
  TreeFull: 'Migrate the market to a new state tree before it settles anything more.',

  TraderIndexOutOfRange: 'Void the trade: it names a trader who does not exist.',
  SelfTrade: 'Void the trade and look at the engine: it matched a trader with themselves.',
  ZeroPrice: 'Void the trade and look at the engine: it matched at price 0.',
  AmountOverflow: 'Void the trade: price times quantity does not fit 64 bits.',
  InsufficientBase: 'Void the trade: the seller does not have the base lots.',
  InsufficientQuote: 'Void the trade: the buyer cannot pay the amount and the fee.',
  EntryNotOpen: 'Void the trade: one of its traders has left or is leaving.',
  UnknownOrderType: 'Look at the engine: it matched an order type this program build does not know.',

  ZeroAmount: 'Pass a base or a quote amount above 0.',
  InsufficientBalance: 'Ask for no more than the available balance.',
  WithdrawalPending: 'Execute or cancel the pending withdrawal first.',
  NoWithdrawal: 'Request a withdrawal first.',
  WithdrawalLocked: 'Wait until the unlock slot of the request, then execute it.',
  WithdrawalHeld: 'Wait until the guardian’s hold ends, then execute the withdrawal.',
  AlreadyHeld: 'Nothing to do: a request can be held only once.',
  HoldTooLong: 'Hold for at least 1 and at most 216,000 slots.',
  HoldTooLate: 'The request is already unlocked and can no longer be held; pause does not stop it either.',
  WrongDestination: "Pass token accounts of the market's mints owned by the trader, the ones fixed at the request.",
  EntryNotEmpty: 'Withdraw everything before closing the entry.',
  IndexStillNamed: 'Close again later: a trade in flight could still name this index.',
  IndexNotFree: 'Reuse a free index, or open without one.',
  InsufficientFees: "Collect at most the market's quote fees.",
  VaultShortfall: 'Pause and investigate: a vault holds less than the market owes.',
  WrongSource: "Deposit from token accounts of the entry's owner.",
  BalanceOverflow: 'Split the amount: a balance would leave 64 bits.',

  SameProgram: 'Name another program than this one.',
  NoSuccessor: 'Nominate the successor program first; its timelock starts then.',
  SuccessorLocked: "Wait until the successor's unlock slot, which the config names.",
  SuccessorInUse: 'Take the markets back that are handed over, then nominate another program.',
  WithdrawalDelayFixed: 'Withdraw the nomination of the successor first; its timelock counts from the present delay.',
  NotPaused: 'Pause settlement first; withdrawals keep working meanwhile.',
  NotPrepared: "Run prepare_import in the successor for this market, with an account as large as this market's.",
  NotHandedOver:
    "Run hand_over in the old program first, to this very market; the old market's header names where it went.",
  VaultsNotReturned: 'Run abort_import in the successor first; after the end of its import there is no way back.',
  VaultsNotHandedOver: 'Run hand_over in the old program first: the vaults still belong to somebody else.',
  ForeignMarket: "Pass the predecessor's market this one was prepared for; set_predecessor names the program.",
  MarketImporting: 'Wait for the end of the import, or take the market back; nothing is lost meanwhile.',
  AlreadyImported: 'Nothing to do: the market is open and goes on where the old one stopped.',
  SumsMismatch: 'Abort the import and take the market back: its entries do not add up to what it owes.',
  TreeMigrated: 'Nothing to do: the market has a state tree of version 2.',
  TreeMoved: 'Go on with the new state tree: a batch has settled in it.',

  InvariantViolated: 'Pause and report it: the program stopped itself before writing a state that must not exist.',
} as const satisfies Readonly<Record<string, string>>;

/** The errors of the settlement program, by name. */
export type SettlementErrorName = keyof typeof settlementAdvice;

/** Codes of Anchor's own account checks that this program's build can answer. */
export const anchorErrors: Readonly<Record<number, { name: string; advice: string }>> = {
  2000: { name: 'ConstraintMut', advice: 'Mark the account writable; build the instruction with the client.' },
  2001: { name: 'ConstraintHasOne', advice: 'Pass the accounts that belong together.' },
  2003: { name: 'ConstraintRaw', advice: 'Check the accounts against docs/reference/program.md.' },
  2005: { name: 'ConstraintRentExempt', advice: 'Fund the account with its rent.' },
  2007: { name: 'ConstraintExecutable', advice: 'Pass the program the instruction names; SPL Token only.' },
  2012: { name: 'ConstraintAddress', advice: 'Pass the account the config or the market names.' },
  2013: { name: 'ConstraintZero', advice: 'Pass a fresh, zeroed account; this one is already in use.' },
  2019: { name: 'ConstraintSpace', advice: 'Create the account with the size marketSpace() gives.' },
  2040: { name: 'ConstraintDuplicateMutableAccount', advice: 'Pass a different account in each writable place.' },
};

/** Codes of the token program a transfer of ours can come back with. */
export const tokenErrors: Readonly<Record<number, { name: string; advice: string }>> = {
  0: { name: 'TokenNotRentExempt', advice: 'Fund the token account with its rent.' },
  1: { name: 'TokenInsufficientFunds', advice: 'Fund the source token account.' },
  3: { name: 'TokenMintMismatch', advice: "Pass token accounts of the market's mints." },
  4: { name: 'TokenOwnerMismatch', advice: 'Sign with the owner of the source token account.' },
  17: { name: 'TokenAccountFrozen', advice: 'Have the mint’s freeze authority thaw the account.' },
};

/** Codes of the system program, from account creation and rent. */
export const systemErrors: Readonly<Record<number, { name: string; advice: string }>> = {
  0: { name: 'SystemAccountAlreadyInUse', advice: 'Pick a fresh keypair for the new account.' },
  1: { name: 'SystemInsufficientLamports', advice: 'Fund the paying account.' },
};

/** The runtime's own refusals, by the name web3.js reports. */
export const builtinAdvice: Readonly<Record<string, string>> = {
  InvalidArgument: 'Check the arguments against docs/reference/program.md.',
  InvalidInstructionData: 'Build the instruction with a client of the deployed release.',
  InvalidAccountData: 'Check the accounts: one of them is of another kind.',
  AccountDataTooSmall: 'Check the accounts: one of them is of another kind.',
  InsufficientFunds: 'Fund the paying account.',
  IncorrectProgramId: 'Pass the program the instruction names; SPL Token only.',
  MissingRequiredSignature: 'Sign the transaction with every signer the instruction names.',
  AccountAlreadyInitialized: 'Nothing to do: the account exists already.',
  UninitializedAccount: 'Create the account first.',
  NotEnoughAccountKeys: 'Build the instruction with a client of the deployed release.',
  InvalidSeeds: 'Pass the addresses the client derives.',
  InvalidRealloc: 'The market cannot grow further in this transaction; send another one.',
  AccountBorrowFailed: 'Pass a different account in each writable place.',
  IllegalOwner: 'Pass accounts that belong to the program named for them.',
  InvalidAccountOwner: 'Pass accounts that belong to the program named for them.',
  ArithmeticOverflow: 'Check the amounts.',
  AccountNotRentExempt: 'Fund the account with its rent.',
  ComputationalBudgetExceeded: 'Raise the compute unit limit, or send fewer trades in a batch.',
  ProgramFailedToComplete: 'Read the logs; raise the compute unit limit if it ran out.',
  PrivilegeEscalation: 'Sign the transaction with every signer the instruction names.',
  UnsupportedProgramId: 'Check the program id and the cluster.',
  InvalidProgramForExecution: 'Check the program id and the cluster.',
};
