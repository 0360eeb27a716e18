//! Proves: the program reads and hashes the golden vectors of batch version 1 as the other languages do.
//! Does not prove: that the vectors cover everything; each list is made by tools/golden.

mod setup;

use {
    bytemuck::Zeroable,
    serde_json::Value,
    settlement::{
        math,
        processor::{result_code, v1, Tally},
        state::{Leaf, StateTree, LEAF_PREFIX, TREE_CAPACITY, ZERO_HASHES},
        wire::v1::{BatchV1, TradeV1, VERSION},
    },
    setup::{
        golden::{bytes, cases, digest, golden, number, text},
        node, sha256, Address,
    },
};

fn trade(value: &Value) -> TradeV1 {
    TradeV1 {
        trade_id: number(&value["trade_id"]).into(),
        buyer: (number(&value["buyer"]) as u32).into(),
        seller: (number(&value["seller"]) as u32).into(),
        price: number(&value["price"]).into(),
        quantity: number(&value["quantity"]).into(),
        taker_is_buyer: value["taker_is_buyer"].as_bool().unwrap().into(),
    }
}

#[test]
fn trades() {
    for case in cases(&golden("v1/trades.json")) {
        let expected = trade(&case["trade"]);
        assert_eq!(bytemuck::bytes_of(&expected), bytes(&case["bytes"]), "{}", case["name"]);
        let code = if expected.is_void() {
            result_code::VOIDED
        } else {
            result_code::SETTLED
        };
        assert_eq!(u64::from(code), number(&case["code"]), "{}", case["name"]);
    }
}

#[test]
fn batches() {
    for case in cases(&golden("v1/batches.json")) {
        let name = &case["name"];
        let data = bytes(&case["data"]);
        let batch = BatchV1::read(&data).unwrap();
        assert_eq!(batch.header.version, VERSION, "{name}");
        assert_eq!(batch.header.sequence, number(&case["sequence"]), "{name}");

        let trades = batch.trades().unwrap();
        let expected: Vec<TradeV1> = case["trades"].as_array().unwrap().iter().map(trade).collect();
        assert_eq!(
            bytemuck::cast_slice::<_, u8>(trades),
            bytemuck::cast_slice::<_, u8>(&expected),
            "{name}"
        );

        let tally = Tally {
            voided: trades.iter().filter(|trade| trade.is_void()).count() as u32,
            ..Tally::default()
        };
        let codes = v1::result_codes(trades, &tally);
        assert_eq!(codes, bytes(&case["codes"]), "{name}");
        assert_eq!(anchor_lang::sha256(&data), digest(&case["payload_digest"]), "{name}");
        assert_eq!(anchor_lang::sha256(&codes), digest(&case["results_digest"]), "{name}");

        let discriminator = &sha256(&[b"global:settle_batch"])[..8];
        let instruction = [discriminator, &(data.len() as u32).to_le_bytes(), &data].concat();
        assert_eq!(instruction, bytes(&case["instruction"]), "{name}");
    }
}

/// The refusal by the bytes alone, in the order of the contract.
fn refusal(data: &[u8]) -> Option<&'static str> {
    match data.first() {
        None => return Some("EmptyBatch"),
        Some(&VERSION) => {}
        Some(_) => return Some("InvalidBatchVersion"),
    }
    let trades = BatchV1::read(data).and_then(|batch| batch.trades());
    match trades {
        Some(trades) if !trades.iter().any(TradeV1::is_malformed) => None,
        _ => Some("MalformedBatch"),
    }
}

#[test]
fn malformed() {
    for case in cases(&golden("v1/malformed.json")) {
        assert_eq!(
            refusal(&bytes(&case["data"])),
            Some(text(&case["error"])),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn amounts() {
    for case in cases(&golden("v1/amounts.json")) {
        let amount = math::checked_mul(number(&case["price"]), number(&case["quantity"]));
        let expected = (!case["amount"].is_null()).then(|| number(&case["amount"]));
        assert_eq!(amount, expected, "{}", case["name"]);
    }
}

#[test]
fn fees() {
    for case in cases(&golden("v1/fees.json")) {
        let fee = math::fee(number(&case["amount"]), number(&case["bps"]));
        assert_eq!(fee, number(&case["fee"]), "{}", case["name"]);
    }
}

#[test]
fn tree() {
    let file = golden("v1/tree.json");
    let zeros: Vec<[u8; 32]> = file["zeros"].as_array().unwrap().iter().map(digest).collect();
    assert_eq!(zeros, ZERO_HASHES);
    assert_eq!(digest(&file["empty_root"]), StateTree::EMPTY_ROOT);

    let address = |value: &Value| Address::new_from_array(digest(value));
    let leaves: Vec<[u8; 32]> = file["leaves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let leaf = Leaf {
                prefix: LEAF_PREFIX,
                program: address(&file["program"]),
                market: address(&file["market"]),
                sequence: number(&case["sequence"]).into(),
                version: number(&case["version"]) as u8,
                payload_digest: digest(&case["payload_digest"]),
                results_digest: digest(&case["results_digest"]),
            };
            assert_eq!(leaf.hash(), digest(&case["leaf"]), "{}", case["name"]);
            leaf.hash()
        })
        .collect();

    let mut tree = StateTree {
        root: StateTree::EMPTY_ROOT,
        ..StateTree::zeroed()
    };
    let mut roots = vec![tree.root];
    for leaf in leaves {
        tree.append(leaf).unwrap();
        roots.push(tree.root);
    }
    for case in file["roots"].as_array().unwrap() {
        assert_eq!(roots[number(&case["leaf_count"]) as usize], digest(&case["root"]));
    }
}

#[test]
fn proofs() {
    let file = golden("v1/tree.json");
    for case in file["proofs"].as_array().unwrap() {
        let index = number(&case["index"]);
        let path: Vec<[u8; 32]> = case["path"].as_array().unwrap().iter().map(digest).collect();
        let root = path
            .iter()
            .enumerate()
            .fold(digest(&case["leaf"]), |hash, (level, sibling)| {
                if index >> level & 1 == 1 {
                    node(sibling, &hash)
                } else {
                    node(&hash, sibling)
                }
            });
        assert_eq!(root, digest(&case["root"]));
    }
}

#[test]
fn the_last_leaf() {
    let full = &golden("v1/tree.json")["full"];
    let mut tree = StateTree::zeroed();
    tree.leaf_count = number(&full["leaf_count"]).into();
    for (waiting, case) in tree.frontier.iter_mut().zip(full["frontier"].as_array().unwrap()) {
        *waiting = digest(case);
    }
    tree.append(digest(&full["leaf"])).unwrap();
    assert_eq!(tree.root, digest(&full["root"]));
    assert_eq!(tree.leaf_count, TREE_CAPACITY);
    tree.append(digest(&full["leaf"])).unwrap_err();
}
