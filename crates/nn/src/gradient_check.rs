//! Gradient check: derivatives by finite differences of the cost, without backpropagation.

use super::{Cost, Network, Parameter, Sample, feedforward};
use std::borrow::Borrow;

/// (C(p + h) − C(p − h)) / 2h for the cost summed over `samples`, with error O(h²) + O(ε/h). Several `parameters` are
/// changed together, as one shared parameter. `None` if a parameter does not exist, or if there are none.
///
/// ```
/// use deltascope_nn::{Activation, Cost, Network, Parameter, Sample, central_difference};
///
/// let network = Network::zeros(&[1, 1], &[Activation::Identity]);
/// let samples = [Sample { x: vec![3.0], y: vec![1.0] }];
/// let bias = Parameter::Bias { layer: 0, neuron: 0 };
/// let derivative = central_difference(&network, &samples, Cost::HalfMse, &[bias], 1e-5);
/// assert!((derivative.unwrap() - (0.0 - 1.0)).abs() < 1e-9);
/// ```
pub fn central_difference(
    network: &Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    cost: Cost,
    parameters: &[Parameter],
    h: f64,
) -> Option<f64> {
    let (mut above, mut below) = (network.clone(), network.clone());
    let mut distance = 0.0;
    for &parameter in parameters {
        *above.get_mut(parameter)? += h;
        *below.get_mut(parameter)? -= h;
        // The distance between the two points after rounding.
        distance += above.get(parameter)? - below.get(parameter)?;
    }
    distance /= parameters.len() as f64;
    let difference = samples.into_iter().fold(0.0, |sum, sample| {
        let sample = sample.borrow();
        sum + (sample_cost(&above, sample, cost) - sample_cost(&below, sample, cost))
    });
    (!parameters.is_empty()).then_some(difference / distance)
}

fn sample_cost(network: &Network, sample: &Sample, cost: Cost) -> f64 {
    let forward = feedforward(network, &sample.x);
    match (forward.weighted_inputs.last(), forward.activations.last()) {
        (Some(z), Some(a)) => cost.value(z, a, &sample.y),
        _ => 0.0,
    }
}

/// A derivative by finite differences, with an estimate of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumericalDerivative {
    /// ∂C/∂p
    pub value: f64,
    /// The estimated error: the change by the last refinement.
    pub error_estimate: f64,
    /// The smallest step that was used.
    pub h: f64,
}

/// Central differences at halved steps, extrapolated to step 0 (C. J. F. Ridders, *Advances in Engineering Software* 4,
/// 1982). The result is the extrapolation with the smallest change.
///
/// ```
/// use deltascope_nn::{Activation, Cost, Extrapolation, Network, Parameter, Sample};
///
/// let network = Network::zeros(&[1, 1], &[Activation::Sigmoid]);
/// let samples = [Sample { x: vec![3.0], y: vec![1.0] }];
/// let bias = Parameter::Bias { layer: 0, neuron: 0 };
/// let mut extrapolation = Extrapolation::default();
/// while !extrapolation.finished() {
///     extrapolation.refine(&network, &samples, Cost::HalfMse, &[bias]);
/// }
/// let found = extrapolation.best().unwrap();
/// assert!((found.value - (0.5 - 1.0) * 0.25).abs() <= found.error_estimate.max(1e-13));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Extrapolation {
    /// The latest row of Neville's scheme. Column 0 has error O(h²), and each further column two orders less.
    row: Vec<f64>,
    best: Option<NumericalDerivative>,
    refinements: u32,
}

impl Extrapolation {
    /// The steps are 2⁻⁴ to 2⁻¹⁴: powers of two, which cause the least rounding.
    const MAX_REFINEMENTS: u32 = 11;
    const FIRST_STEP: f64 = 0.0625;

    /// Adds a difference at half the previous step. The parameters are changed together, as in [`central_difference`]. If
    /// there are none, there is no result.
    pub fn refine(
        &mut self,
        network: &Network,
        samples: impl IntoIterator<Item: Borrow<Sample>>,
        cost: Cost,
        parameters: &[Parameter],
    ) {
        let h = Self::FIRST_STEP / f64::from(1u32 << self.refinements.min(Self::MAX_REFINEMENTS));
        self.refinements += 1;
        let Some(difference) = central_difference(network, samples, cost, parameters, h) else { return };
        let mut row = vec![difference];
        let mut factor = 4.0;
        for (column, coarser) in self.row.iter().enumerate() {
            let finer = row[column];
            let value = finer + (finer - coarser) / (factor - 1.0);
            let error_estimate = f64::max((value - finer).abs(), (value - coarser).abs());
            if value.is_finite() && self.best.is_none_or(|best| error_estimate < best.error_estimate) {
                self.best = Some(NumericalDerivative { value, error_estimate, h });
            }
            row.push(value);
            factor *= 4.0;
        }
        self.row = row;
    }

    /// Whether further refinement would only add rounding errors.
    pub fn finished(&self) -> bool {
        self.refinements >= Self::MAX_REFINEMENTS
    }

    /// The best result so far; `None` before the first refinement with a finite one.
    pub fn best(&self) -> Option<NumericalDerivative> {
        self.best
    }
}

/// The number of significant decimal digits to which two numbers agree, 0 … 17; 17 for equal numbers.
///
/// ```
/// use deltascope_nn::agreeing_digits;
///
/// assert_eq!(agreeing_digits(0.125, 0.125), 17);
/// assert_eq!(agreeing_digits(1.2345, 1.2346), 4);
/// assert_eq!(agreeing_digits(1.0, -1.0), 0);
/// ```
pub fn agreeing_digits(one: f64, other: f64) -> u32 {
    const MAX_DIGITS: u32 = 17;
    let difference = (one - other).abs();
    if difference == 0.0 {
        return MAX_DIGITS;
    }
    let share = difference / f64::max(one.abs(), other.abs());
    let digits = libm::round(-libm::log10(share));
    if digits.is_nan() { 0 } else { digits.clamp(0.0, MAX_DIGITS.into()) as u32 }
}
