//! Every refusal, by a number that never changes meaning: a retired code stays reserved.
//!
//! Ranges: 6000 authority, 6020 config, 6050 market, 6070 batch, 6100 trade (6100 + result code), 6130 money, 6160 fork,
//! 6199 invariant.

use anchor_lang::prelude::*;

#[error_code(offset = 0)]
#[derive(Debug, PartialEq, Eq)]
pub enum SettlementError {
    #[msg("The signer is not the program's upgrade authority")]
    NotUpgradeAuthority = 6000,
    #[msg("The signer is not the admin")]
    NotAdmin = 6001,
    #[msg("The signer is not the guardian")]
    NotGuardian = 6002,
    #[msg("The signer is not the nominated admin")]
    NotPendingAdmin = 6003,
    #[msg("The signer is not the active relayer")]
    NotActiveRelayer = 6004,
    #[msg("The signer does not own this entry")]
    NotEntryOwner = 6005,

    #[msg("The version mask is empty or names a version this build can not settle")]
    InvalidVersionMask = 6020,
    #[msg("The flags contain a bit this build does not know")]
    UnsupportedFeatureFlag = 6021,
    #[msg("The minimum batch size is above its limit")]
    MinBatchTooLarge = 6022,
    #[msg("The maximum batch age is above its limit")]
    MaxBatchAgeTooLong = 6023,
    #[msg("The withdrawal delay is above its limit")]
    WithdrawalDelayTooLong = 6024,
    #[msg("A fee is above its limit")]
    FeeTooHigh = 6025,
    #[msg("The activation slot is not in the future")]
    ScheduleInPast = 6026,
    #[msg("The mask is empty or names a field that can not be scheduled")]
    ScheduleMaskInvalid = 6027,
    #[msg("A change is already scheduled")]
    SchedulePending = 6028,
    #[msg("A pending schedule names this field")]
    ScheduleConflict = 6029,
    #[msg("The schedule is already in force")]
    ScheduleAlreadyActive = 6030,
    #[msg("No change is scheduled")]
    NoSchedule = 6031,
    #[msg("The guardian can pause, only the admin can resume")]
    GuardianCannotUnpause = 6032,
    #[msg("The zero address is not allowed here")]
    ZeroAddress = 6033,

    #[msg("Base and quote are the same mint")]
    SameMint = 6050,
    #[msg("The market account is too small")]
    MarketTooSmall = 6051,
    #[msg("The market account can not grow further")]
    MarketTooLarge = 6052,
    #[msg("The market has no free entry")]
    MarketFull = 6053,
    #[msg("The market has moved to another program")]
    MarketMigrated = 6054,
    #[msg("This is not the market's vault or vault authority")]
    WrongVault = 6055,
    #[msg("The token account has another mint")]
    WrongMint = 6056,
    #[msg("A lot must be at least one atom")]
    InvalidLotSize = 6057,

    #[msg("The batch has no bytes")]
    EmptyBatch = 6070,
    #[msg("This build does not know the batch version")]
    InvalidBatchVersion = 6071,
    #[msg("Settlement is paused")]
    Paused = 6072,
    #[msg("The batch version is not allowed")]
    VersionNotAllowed = 6073,
    #[msg("This sequence is settled already")]
    SequenceSettled = 6074,
    #[msg("An earlier sequence is not settled yet")]
    SequenceAhead = 6075,
    #[msg("The batch is smaller than the minimum and the market is not due")]
    BatchTooSmall = 6076,
    #[msg("A trade id is settled already")]
    TradeReplay = 6077,
    #[msg("A trade id is missing before this one")]
    TradeGap = 6078,
    #[msg("The batch's bytes do not match its version")]
    MalformedBatch = 6079,
    #[msg("The state tree is full")]
    TreeFull = 6080,
    #[msg("The batch was not built on the payload accepted last")]
    PrevDigestMismatch = 6081,
    #[msg("The batch has more trades than one may hold")]
    TooManyTrades = 6082,
    #[msg("A column has an encoding or a width that this version has not")]
    UnknownEncoding = 6083,
    #[msg("The bytes end inside a column")]
    ColumnTruncated = 6084,
    #[msg("An integer is longer than it has to be, or than 64 bits")]
    OverlongInteger = 6085,
    #[msg("A column does not hold one value a trade")]
    ColumnCountMismatch = 6086,
    #[msg("Bits behind the last value of a column are set")]
    SpareBitsSet = 6087,
    #[msg("A value does not fit its field")]
    ColumnValueOutOfRange = 6088,
    #[msg("Bytes follow the last column")]
    TrailingBytes = 6089,

    #[msg("A trader index is outside the market")]
    TraderIndexOutOfRange = 6102,
    #[msg("Buyer and seller are the same entry")]
    SelfTrade = 6103,
    #[msg("The price is zero")]
    ZeroPrice = 6104,
    #[msg("Price times quantity does not fit")]
    AmountOverflow = 6105,
    #[msg("The seller's base balance does not cover the trade")]
    InsufficientBase = 6106,
    #[msg("The buyer's quote balance does not cover the trade")]
    InsufficientQuote = 6107,
    #[msg("The entry is not open")]
    EntryNotOpen = 6108,
    #[msg("The order type is not one this build knows")]
    UnknownOrderType = 6109,

    #[msg("The amount is zero")]
    ZeroAmount = 6130,
    #[msg("The available balance is too small")]
    InsufficientBalance = 6131,
    #[msg("A withdrawal is pending already")]
    WithdrawalPending = 6132,
    #[msg("No withdrawal is pending")]
    NoWithdrawal = 6133,
    #[msg("The withdrawal's delay has not passed")]
    WithdrawalLocked = 6134,
    #[msg("The guardian holds this withdrawal")]
    WithdrawalHeld = 6135,
    #[msg("This request has been held once")]
    AlreadyHeld = 6136,
    #[msg("The hold is above its limit")]
    HoldTooLong = 6137,
    #[msg("The delay has passed: too late to hold")]
    HoldTooLate = 6138,
    #[msg("The destination is not the one fixed by the request, or not the owner's")]
    WrongDestination = 6139,
    #[msg("The entry still has a balance")]
    EntryNotEmpty = 6140,
    #[msg("A trade can still name this index")]
    IndexStillNamed = 6141,
    #[msg("The index is not free")]
    IndexNotFree = 6142,
    #[msg("More than the collected fees")]
    InsufficientFees = 6143,
    #[msg("The vault holds less than the market owes")]
    VaultShortfall = 6144,
    #[msg("A balance does not fit")]
    BalanceOverflow = 6145,
    #[msg("The source is not the owner's token account")]
    WrongSource = 6146,

    #[msg("A program can be neither its own successor nor its own predecessor")]
    SameProgram = 6160,
    #[msg("No successor is nominated")]
    NoSuccessor = 6161,
    #[msg("The successor's timelock has not passed")]
    SuccessorLocked = 6162,
    #[msg("A market is handed over: the successor is fixed")]
    SuccessorInUse = 6163,
    #[msg("While a successor is nominated the withdrawal delay can neither be raised nor scheduled")]
    WithdrawalDelayFixed = 6164,
    #[msg("Settlement must be paused for this")]
    NotPaused = 6165,
    #[msg("The successor's market is not prepared for this one")]
    NotPrepared = 6166,
    #[msg("The old market is not handed over to this one")]
    NotHandedOver = 6167,
    #[msg("The vaults are not back")]
    VaultsNotReturned = 6168,
    #[msg("The vaults are not handed over")]
    VaultsNotHandedOver = 6169,
    #[msg("This is not the predecessor's market that belongs here")]
    ForeignMarket = 6170,
    #[msg("The market's import has not ended")]
    MarketImporting = 6171,
    #[msg("The market is imported already")]
    AlreadyImported = 6172,
    #[msg("The entries do not add up to what the old market owes")]
    SumsMismatch = 6173,
    #[msg("The state tree is migrated already")]
    TreeMigrated = 6174,
    #[msg("A batch has settled since the migration")]
    TreeMoved = 6175,

    #[msg("A rule of the account's own state is broken")]
    InvariantViolated = 6199,
}
