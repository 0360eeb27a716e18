//! Proves: the timelock of a successor is never shorter than a withdrawal delay that would still last, however it was lowered,
//! raised, scheduled and folded, and is the present delay alone once all longer ones would be over.
//! Does not prove: that the instructions go by it; tests/program/fork does.

mod setup;

use {
    bytemuck::Zeroable,
    settlement::state::{field, GlobalConfig, ScheduledChange},
    setup::{config, Random},
};

const START: u64 = 5_000;
const DELAY: u64 = 1_000;

fn scheduled(config: &mut GlobalConfig, delay_slots: u64, activation_slot: u64) {
    config.schedule = ScheduledChange {
        activation_slot: activation_slot.into(),
        mask: field::WITHDRAWAL_DELAY_SLOTS.into(),
        withdrawal_delay_slots: delay_slots.into(),
        ..ScheduledChange::zeroed()
    };
}

#[test]
fn without_a_lowering_it_is_the_delay_and_at_least_a_slot() {
    let mut config = config();
    assert_eq!(config.successor_timelock(START), DELAY);
    config.withdrawal_delay_slots = 0.into();
    assert_eq!(config.successor_timelock(START), 1);
    scheduled(&mut config, 7, START + 1);
    assert_eq!(config.successor_timelock(START), 7);
}

#[test]
fn a_lowered_delay_counts_as_long_as_it_would_have_lasted() {
    let mut config = config();
    config.set_withdrawal_delay(0, START);
    for slot in [START, START + DELAY - 1] {
        assert_eq!(config.successor_timelock(slot), DELAY);
    }
    assert_eq!(config.successor_timelock(START + DELAY), 1);
}

#[test]
fn lowering_in_steps_keeps_the_longest() {
    let mut config = config();
    config.set_withdrawal_delay(DELAY / 2, START);
    config.set_withdrawal_delay(0, START + DELAY - 1);
    assert_eq!(config.successor_timelock(START + 2 * DELAY - 2), DELAY);
    assert_eq!(config.successor_timelock(START + 2 * DELAY - 1), 1);
}

#[test]
fn raising_forgets_nothing_and_lowering_afterwards_counts_anew() {
    let mut config = config();
    config.set_withdrawal_delay(0, START);
    let lowered = (config.lowered_delay_slots, config.lowered_until_slot);
    config.set_withdrawal_delay(2 * DELAY, START + 1);
    assert_eq!((config.lowered_delay_slots, config.lowered_until_slot), lowered);
    config.set_withdrawal_delay(1, START + 2);
    assert_eq!(config.successor_timelock(START + 2 + 2 * DELAY - 1), 2 * DELAY);
    assert_eq!(config.successor_timelock(START + 2 + 2 * DELAY), 1);
}

#[test]
fn a_schedule_counts_from_its_own_slot_however_late_it_is_folded() {
    for late in [0, 1, DELAY - 1, DELAY, 5 * DELAY] {
        let mut config = config();
        scheduled(&mut config, 3, START);
        config.fold(START + late).unwrap();
        assert_eq!(config.successor_timelock(START + DELAY - 1), DELAY);
        assert_eq!(config.successor_timelock(START + DELAY), 3);
    }
}

#[test]
fn no_order_of_changes_shortens_a_delay_that_would_still_last() {
    let mut random = Random(21);
    let mut longer = 0;
    for _ in 0..300 {
        let mut config = config();
        let longest = 1 + random.below(60);
        config.withdrawal_delay_slots = random.below(longest).into();
        // The longest delay in force at each slot, from 1 on.
        let mut in_force = vec![0];
        for slot in 1..400 {
            let mut delay = config.at(slot).withdrawal_delay_slots();
            match random.below(8) {
                0 => {
                    config.fold(slot);
                    if !config.schedule.is_set() {
                        config.set_withdrawal_delay(random.below(longest), slot);
                    }
                }
                1 if !config.schedule.is_set() => {
                    scheduled(&mut config, random.below(longest), slot + 1 + random.below(20));
                }
                2 => {
                    config.fold(slot);
                }
                _ => {}
            }
            delay = delay.max(config.at(slot).withdrawal_delay_slots());
            in_force.push(delay);

            // As a nomination does.
            let mut folded = config;
            folded.fold(slot);
            let timelock = folded.successor_timelock(slot);
            for (since, delay) in in_force.iter().enumerate() {
                let is_over = since as u64 + delay <= slot;
                assert!(
                    is_over || timelock >= *delay,
                    "{timelock} at {slot}, but {delay} since {since}"
                );
            }
            assert!(timelock <= longest);
            longer += u64::from(timelock > folded.withdrawal_delay_slots.get().max(1));
            folded.invariant().unwrap();
        }
        // Settled for as long as any delay could last, twice: the present one alone.
        config.fold(1_000);
        assert_eq!(
            config.successor_timelock(1_000),
            config.withdrawal_delay_slots.get().max(1)
        );
    }
    assert!(longer > 1_000, "a remembered delay has counted");
}
