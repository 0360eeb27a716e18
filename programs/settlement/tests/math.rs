//! Proves: products and fees equal 128-bit arithmetic, on every pair of edges and on random numbers of every size.
//! Does not prove: that the chain's compiler gives the same results; tests/program does.

mod setup;

use {
    settlement::{constants::BPS_PER_ONE, math},
    setup::Random,
};

const RANDOM_CASES: usize = 1_000_000;

/// Zero, the largest numbers, and every power of two with its neighbours.
fn edges() -> Vec<u64> {
    let mut edges = vec![0, u64::MAX];
    for bit in 0..u64::BITS {
        let power = 1u64 << bit;
        edges.extend([power - 1, power, power + 1, u64::MAX - power]);
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn exact_product(a: u64, b: u64) -> Option<u64> {
    u64::try_from(u128::from(a) * u128::from(b)).ok()
}

/// `ceil(amount × bps / 10_000)`.
fn exact_fee(amount: u64, bps: u64) -> u64 {
    let fee = (u128::from(amount) * u128::from(bps)).div_ceil(u128::from(BPS_PER_ONE));
    u64::try_from(fee).expect("a fee is at most its amount")
}

/// The fee as the contract spells it.
fn documented_fee(amount: u64, bps: u64) -> u64 {
    amount / 10_000 * bps + (amount % 10_000 * bps).div_ceil(10_000)
}

#[test]
fn products_of_edges_are_exact() {
    for a in edges() {
        for b in edges() {
            assert_eq!(math::checked_mul(a, b), exact_product(a, b), "{a} * {b}");
        }
    }
}

#[test]
fn products_of_random_numbers_are_exact() {
    let mut random = Random(1);
    for _ in 0..RANDOM_CASES {
        let (a, b) = (random.of_any_size(), random.of_any_size());
        assert_eq!(math::checked_mul(a, b), exact_product(a, b), "{a} * {b}");
    }
}

#[test]
fn products_at_the_border_are_exact() {
    for a in edges().into_iter().filter(|&a| a != 0) {
        let largest = u64::MAX / a;
        for b in [largest - 1, largest, largest.saturating_add(1)] {
            assert_eq!(math::checked_mul(a, b), exact_product(a, b), "{a} * {b}");
        }
    }
}

#[test]
fn fees_are_exact_at_every_rate() {
    for bps in 0..=BPS_PER_ONE {
        for amount in [
            0,
            1,
            9_999,
            10_000,
            10_001,
            u64::MAX / 10_000 - 1,
            u64::MAX / 10_000,
            u64::MAX,
        ] {
            assert_eq!(math::fee(amount, bps), exact_fee(amount, bps), "{bps} bps of {amount}");
        }
    }
}

#[test]
fn fees_of_edges_and_of_random_amounts_are_exact() {
    let mut random = Random(2);
    let random_amounts = (0..RANDOM_CASES / 10).map(|_| random.of_any_size());
    for amount in edges().into_iter().chain(random_amounts) {
        for bps in [0, 1, 7, 30, 499, 500, 9_999, 10_000] {
            assert_eq!(math::fee(amount, bps), exact_fee(amount, bps), "{bps} bps of {amount}");
            assert_eq!(
                math::fee(amount, bps),
                documented_fee(amount, bps),
                "{bps} bps of {amount}"
            );
        }
    }
}

#[test]
fn a_fee_rounds_up() {
    assert_eq!(math::fee(1, 1), 1);
    assert_eq!(math::fee(10_000, 1), 1);
    assert_eq!(math::fee(10_001, 1), 2);
    assert_eq!(math::fee(0, 500), 0);
    assert_eq!(math::fee(1_000, 0), 0);
}

#[test]
fn a_usual_fee_is_the_fee() {
    let mut random = Random(3);
    for amount in (0..RANDOM_CASES / 10)
        .map(|_| random.of_any_size() >> 14)
        .chain([0, 1, 9_999, 10_000, (1 << 50) - 1])
    {
        for bps in [0, 1, 30, 500, 10_000] {
            assert_eq!(
                math::usual_fee(amount, bps),
                math::fee(amount, bps),
                "{bps} bps of {amount}"
            );
        }
    }
}
