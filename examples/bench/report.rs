//! The printed table.

use crate::workloads::Workload;

/// The speeds of a contender on a workload.
pub(crate) struct Row {
    pub(crate) name: String,
    /// One for each round.
    pub(crate) samples_per_second: Vec<f64>,
}

/// The table of a workload. The first row is the plain path, the second the fast path. `peaks` are multiplications and
/// additions per second.
pub(crate) fn table(workload: &Workload, digest: u64, peaks: Vec<f64>, rows: Vec<Row>) -> String {
    let peak = median(peaks);
    let medians: Vec<(String, f64)> =
        rows.into_iter().map(|row| (row.name, median(row.samples_per_second))).collect();
    let of = |row: usize| medians.get(row).map_or(f64::NAN, |(_, speed)| *speed);
    let mut text = format!(
        "\n{} {}\n  the peak of 2 lanes, multiply and add: {:.2} · 10⁹ a second; parameters after {CHECKED} \
         mini-batches, plain and fast: {digest:016x}\n",
        workload.name,
        workload.title,
        peak / 1e9
    );
    for (name, speed) in medians.iter().filter(|(_, speed)| speed.is_finite()) {
        text += &format!(
            "  {name:<24} {speed:>12.0} samples/s {:>10.3} µs/update {:>6.1} % of the peak {:>8.2} × plain  \
             fast is {:>8.2} ×\n",
            workload.hyperparameters.batch_size as f64 / speed * 1e6,
            100.0 * speed * workload.operations_per_sample() / peak,
            speed / of(0),
            of(1) / speed,
        );
    }
    text
}

/// The number of mini-batches after which the results of both paths are compared.
pub(crate) const CHECKED: usize = 100;

/// The median; NaN of an empty list.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
