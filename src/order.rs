//! One sort for everything: the standard library's is compiled anew for each type, some kilobytes each time.

use std::collections::BinaryHeap;

/// These things by ascending key; those with the same key stay in order.
pub(crate) fn by_key<T: Copy>(things: &[T], key: impl Fn(&T) -> u64) -> Vec<T> {
    let keys = things.iter().map(key).zip(0..).collect();
    places(keys).into_iter().map(|(_, place)| things[place]).collect()
}

fn places(keys: BinaryHeap<(u64, usize)>) -> Vec<(u64, usize)> {
    keys.into_sorted_vec()
}

/// A key by which numbers ascend, as by [`f64::total_cmp`].
pub(crate) fn rank(value: f64) -> u64 {
    let bits = value.to_bits();
    if value.is_sign_negative() { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_equals_stay_in_order() {
        let things =
            [(2.0, 'a'), (-1.0, 'b'), (f64::INFINITY, 'c'), (-3.0, 'd'), (2.0, 'e'), (0.0, 'f'), (-0.0, 'g')];
        let ordered: String = by_key(&things, |thing| rank(thing.0)).iter().map(|thing| thing.1).collect();
        assert_eq!(ordered, "dbgfaec");
    }
}
