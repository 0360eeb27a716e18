//! Proves: the program reads the golden vectors of batch version 2 as the other languages do, refuses the malformed ones by
//! the same names, and spells result codes the same.
//! Does not prove: that the vectors cover everything; each list is made by tools/golden.

mod setup;

use {
    serde_json::Value,
    settlement::{
        error::SettlementError,
        processor::v2::run_lengths,
        wire::v2::{BatchV2, TradeV2, TradesV2, VERSION},
    },
    setup::golden::{bytes, cases, digest, golden, number, text},
};

fn trade(value: &Value) -> TradeV2 {
    TradeV2 {
        trade_id: number(&value["trade_id"]),
        buyer: number(&value["buyer"]) as u32,
        seller: number(&value["seller"]) as u32,
        price: number(&value["price"]),
        quantity: number(&value["quantity"]),
        taker_is_buyer: value["taker_is_buyer"].as_bool().unwrap(),
        order_type: number(&value["order_type"]) as u8,
        fee_tier: number(&value["fee_tier"]) as u8,
    }
}

/// All trades, or the refusal by the bytes alone.
fn read(data: &[u8]) -> Result<Vec<TradeV2>, SettlementError> {
    let batch = BatchV2::read(data).ok_or(SettlementError::MalformedBatch)?;
    let mut trades = TradesV2::default();
    trades.open(&batch)?;
    let first_id = batch.header.first_trade_id.get();
    let mut list = Vec::new();
    trades.read(|row| list.push(row.trade(first_id + row.place() as u64)))?;
    Ok(list)
}

#[test]
fn batches() {
    for case in cases(&golden("v2/batches.json")) {
        let name = &case["name"];
        let data = bytes(&case["data"]);
        let header = BatchV2::read(&data).unwrap().header;
        assert_eq!(header.version, VERSION, "{name}");
        assert_eq!(header.sequence, number(&case["sequence"]), "{name}");
        assert_eq!(header.first_trade_id, number(&case["first_trade_id"]), "{name}");
        assert_eq!(header.prev_digest_prefix, number(&case["prev_digest_prefix"]), "{name}");

        let expected: Vec<TradeV2> = case["trades"].as_array().unwrap().iter().map(trade).collect();
        assert_eq!(usize::from(header.count.get()), expected.len(), "{name}");
        assert_eq!(read(&data).unwrap(), expected, "{name}");
        let payload_digest = anchor_lang::sha256(&data);
        assert_eq!(payload_digest, digest(&case["payload_digest"]), "{name}");
        let prefix = u64::from_le_bytes(*payload_digest.first_chunk().unwrap());
        assert_eq!(prefix, number(&case["next_prev_digest_prefix"]), "{name}");
    }
}

#[test]
fn malformed() {
    for case in cases(&golden("v2/malformed.json")) {
        let refusal = read(&bytes(&case["data"])).map_err(|error| format!("{error:?}"));
        assert_eq!(refusal, Err(text(&case["error"]).to_owned()), "{}", case["name"]);
    }
}

#[test]
fn results() {
    for case in cases(&golden("v2/results.json")) {
        let codes = bytes(&case["codes"]);
        assert_eq!(run_lengths(&codes, false), bytes(&case["runs"]), "{}", case["name"]);
        if codes.windows(2).all(|pair| pair[0] == pair[1]) {
            assert_eq!(run_lengths(&codes, true), bytes(&case["runs"]), "{}", case["name"]);
        }
        assert_eq!(
            anchor_lang::sha256(&codes),
            digest(&case["results_digest"]),
            "{}",
            case["name"]
        );
    }
}
