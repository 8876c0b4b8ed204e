//! Gradient check: derivatives by finite differences of the cost, without backpropagation.

use super::rounding::{UNIT_ROUNDOFF, cost_error};
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
    Some(difference(network, samples, cost, parameters, h)?.value)
}

/// A number and an upper bound of its rounding error.
#[derive(Clone, Copy, Debug)]
struct Rounded {
    value: f64,
    error: f64,
}

/// [`central_difference`] with the rounding of the costs divided by the distance.
fn difference(
    network: &Network,
    samples: impl IntoIterator<Item: Borrow<Sample>>,
    cost: Cost,
    parameters: &[Parameter],
    h: f64,
) -> Option<Rounded> {
    if parameters.is_empty() {
        return None;
    }
    let (mut above, mut below) = (network.clone(), network.clone());
    let mut distance = 0.0;
    for &parameter in parameters {
        *above.get_mut(parameter)? += h;
        *below.get_mut(parameter)? -= h;
        // The distance between the two points after rounding.
        distance += above.get(parameter)? - below.get(parameter)?;
    }
    distance /= parameters.len() as f64;
    let (mut sum, mut size, mut error, mut count) = (0.0, 0.0, 0.0, 3.0);
    for sample in samples {
        let sample = sample.borrow();
        let (above, below) = (sample_cost(&above, sample, cost), sample_cost(&below, sample, cost));
        let difference = above.value - below.value;
        sum += difference;
        size += difference.abs();
        error += above.error + below.error;
        count += 1.0;
    }
    // The subtractions, the additions and the division are rounded too.
    let error = error + count * UNIT_ROUNDOFF * size;
    Some(Rounded { value: sum / distance, error: error / distance })
}

fn sample_cost(network: &Network, sample: &Sample, cost: Cost) -> Rounded {
    let forward = feedforward(network, &sample.x);
    let value = match (forward.weighted_inputs.last(), forward.activations.last()) {
        (Some(z), Some(a)) => cost.value(z, a, &sample.y),
        _ => 0.0,
    };
    Rounded { value, error: cost_error(network, sample, cost, &forward) }
}

/// A derivative by finite differences, with a bound of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumericalDerivative {
    /// ∂C/∂p
    pub value: f64,
    /// A bound of the error: the change by the last refinement, and the rounding of the costs divided by the step. Never 0.
    pub error_bound: f64,
    /// The smallest step that was used.
    pub h: f64,
}

/// Central differences at halved steps, extrapolated to step 0 (C. J. F. Ridders, *Advances in Engineering Software* 4,
/// 1982). The result is the extrapolation with the smallest error bound.
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
/// assert!((found.value - (0.5 - 1.0) * 0.25).abs() <= found.error_bound);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Extrapolation {
    /// The latest row of Neville's scheme. Column 0 has error O(h²), and each further column two orders less.
    row: Vec<Rounded>,
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
        let Some(difference) = difference(network, samples, cost, parameters, h) else { return };
        let mut row = vec![difference];
        let mut factor = 4.0;
        for (column, coarser) in self.row.iter().enumerate() {
            let finer = row[column];
            let value = finer.value + (finer.value - coarser.value) / (factor - 1.0);
            let rounding =
                (factor * finer.error + coarser.error) / (factor - 1.0) + 2.0 * f64::EPSILON * value.abs();
            let truncation = f64::max((value - finer.value).abs(), (value - coarser.value).abs());
            let error_bound = truncation + rounding;
            let is_better = self.best.is_none_or(|best| error_bound < best.error_bound);
            if value.is_finite() && error_bound.is_finite() && is_better {
                self.best = Some(NumericalDerivative { value, error_bound, h });
            }
            row.push(Rounded { value, error: rounding });
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

/// The number of significant decimal digits of `value` that an `error` of this size leaves certain, 0 … 17.
///
/// ```
/// use deltascope_nn::certain_digits;
///
/// assert_eq!(certain_digits(0.125, 0.0), 17);
/// assert_eq!(certain_digits(1.2345, 0.0001), 4);
/// assert_eq!(certain_digits(9.4e-14, 2e-15), 1);
/// assert_eq!(certain_digits(1.0, 2.0), 0);
/// ```
pub fn certain_digits(value: f64, error: f64) -> u32 {
    const MAX_DIGITS: u32 = 17;
    if error == 0.0 {
        return MAX_DIGITS;
    }
    let digits = libm::floor(-libm::log10(error.abs() / value.abs()));
    if digits.is_nan() { 0 } else { digits.clamp(0.0, MAX_DIGITS.into()) as u32 }
}
