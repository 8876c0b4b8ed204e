//! A run's frame: its rule in words and as a formula with numbers, its controls, and its numbers.

use super::ComparisonView;
use crate::nn::{BiasRule, Evaluation, Network, Parameter, Reduction};
use crate::scenario::{MAX_RUNS, MIN_RUNS, Rate, RunConfig, Scenario, Updating};
use crate::session::{Item, RunDivergence, RunPass};
use crate::view::format::{number, typed};
use crate::view::mathml::{math, symbol_as};
use maud::{Markup, html};
use serde_json::json;

/// Terms and updates of a formula that are written.
const MAX_TERMS: usize = 4;

/// The runs that can be added, in the order of the list.
const ADDABLE: [RunConfig; 9] = {
    const MEAN: RunConfig = RunConfig::new(Updating::Mean);
    const SUM: RunConfig = RunConfig::new(Updating::Sum);
    [
        RunConfig::new(Updating::PerSample),
        SUM,
        MEAN,
        RunConfig { rate: Rate::EtaOverM, ..SUM },
        SUM.with(BiasRule::LayerSum),
        MEAN.with(BiasRule::LayerSum),
        SUM.with(BiasRule::SharedBias),
        SUM.with(BiasRule::Frozen),
        RunConfig::new(Updating::DuringBackward),
    ]
};

/// A run's rule in words.
///
/// ```
/// use deltascope::nn::BiasRule;
/// use deltascope::scenario::{RunConfig, Updating};
/// use deltascope::view::compare::name;
///
/// let wrong = RunConfig::new(Updating::Mean).with(BiasRule::LayerSum);
/// assert_eq!(name(&wrong), "Wrong rule: the layer’s sum, mean");
/// ```
pub fn name(run: &RunConfig) -> String {
    let rule = match run.bias_rule {
        BiasRule::OwnDelta => None,
        BiasRule::LayerSum => Some("Wrong rule: the layer’s sum"),
        BiasRule::SharedBias => Some("One shared bias"),
        BiasRule::Frozen => Some("Biases fixed"),
    };
    let name = match (rule, run.updating) {
        (None, Updating::PerSample) => "After each sample".to_owned(),
        (None, Updating::Sum) => "Mini-batch, sum".to_owned(),
        (None, Updating::Mean) => "Mini-batch, mean".to_owned(),
        (None, Updating::DuringBackward) => "Wrong: backpropagates through updated weights".to_owned(),
        (Some(rule), Updating::PerSample) => format!("{rule}, after each sample"),
        (Some(rule), Updating::Sum) => rule.to_owned(),
        (Some(rule), Updating::Mean) => format!("{rule}, mean"),
        (Some(rule), Updating::DuringBackward) => {
            format!("{rule}, backpropagates through updated weights (wrong)")
        }
    };
    name + if run.rate == Rate::EtaOverM { ", η/M" } else { "" }
}

/// When and why a run diverged, as a sentence.
fn run_divergence_message(scenario: &Scenario, RunDivergence { mini_batch, what }: RunDivergence) -> String {
    let mini_batches = scenario.mini_batches() as u64;
    format!(
        "Diverged in epoch {}, mini-batch {}: {what} overflowed (∞ or NaN) at η = {}. Step back, or use a smaller η.",
        mini_batch / mini_batches + 1,
        mini_batch % mini_batches + 1,
        typed(scenario.hyperparameters.learning_rate),
    )
}

impl ComparisonView<'_> {
    /// The frames of all runs, without their numbers: they change only when a run is changed.
    pub(super) fn frames(&self) -> Markup {
        let passes = &self.comparison.passes;
        let reference = self.comparison.reference();
        html! {
            @for (run, pass) in passes.iter().enumerate() {
                article.run aria-labelledby={ "run-" (run) "-name" } {
                    header {
                        span class={ "swatch run-" (run + 1) } aria-hidden="true" {}
                        h3 id={ "run-" (run) "-name" } {
                            (run + 1) ". " (name(&pass.run)) @if run == reference { " " small { "reference" } }
                        }
                        (buttons(run, passes.len()))
                    }
                    (run_choices(run, &pass.run))
                    div.formula id={ "run-" (run) "-formula" } {}
                    div.numbers id={ "run-" (run) "-numbers" } {}
                    div.scroll tabindex="0" role="region" aria-label={ "ledger of run " (run + 1) } {
                        table id={ "run-" (run) "-ledger" } {}
                    }
                }
            }
        }
    }

    /// The list from which a run is added.
    pub(super) fn run_choice(&self) -> Markup {
        let passes = &self.comparison.passes;
        let addable = ADDABLE.iter().filter(|run| !passes.iter().any(|pass| pass.run == **run));
        html! {
            @if passes.len() >= MAX_RUNS {
                option value="" { (MAX_RUNS) " runs at most" }
            } @else {
                option value="" { "Add a run" }
                @for run in addable {
                    option value=(json!(run)) { (name(run)) }
                }
            }
        }
    }

    /// The update of the selected neuron's bias, in symbols and in numbers.
    pub(super) fn formula(&self, run: usize) -> Markup {
        let pass = &self.comparison.passes[run];
        let (layer, neuron) = self.selected();
        let symbol = math(symbol_as(Item::Bias { layer, neuron }, false));
        html! {
            p.symbols { (in_symbols(&symbol, pass)) }
            @if pass.run.updating == Updating::DuringBackward {
                p {
                    "Each δ comes back through weights that are already updated. This is not the gradient of any cost."
                }
            }
            @if self.session.view_state().frozen {
                p { "The parameters are frozen: no sample updates them." }
            } @else if let (Some(before), Some(current)) = (pass.network_before(), pass.network()) {
                p { (self.in_numbers(&symbol, pass, before, current)) }
            }
        }
    }

    /// The update of the selected neuron's bias in numbers, or when it will be updated.
    fn in_numbers(&self, symbol: &Markup, pass: &RunPass, before: &Network, current: &Network) -> Markup {
        let (layer, neuron) = self.selected();
        let bias = |network: &Network| network.get(Parameter::Bias { layer, neuron });
        let value = |network| bias(network).map_or("–".to_owned(), |bias| number(bias, self.digits));
        let (done, samples, finished) = self.done();
        let updates = pass.updates(done, finished);
        html! {
            @if pass.run.bias_rule == BiasRule::Frozen {
                (symbol) " stays " (value(current))
            } @else if updates == 0 {
                (symbol) " = " (value(before)) "; updated after "
                @match (pass.run.updating, samples) {
                    (_, 1) => "the sample",
                    (Updating::PerSample, _) => "the first sample",
                    _ => { "all " (samples) " samples" }
                }
            } @else {
                (value(before)) (self.update_terms(pass, layer, neuron, updates)) " = " (value(current))
            }
        }
    }

    /// "− 0.5·(+0.125) − 0.5·(−0.130)": the updates of a bias so far, each with the terms of its gradient.
    fn update_terms(&self, pass: &RunPass, layer: usize, neuron: usize, updates: usize) -> String {
        let eta = typed(pass.hyperparameters.learning_rate);
        let per_update = if pass.run.updating == Updating::PerSample { 1 } else { pass.samples.len() };
        let updates = pass.samples.chunks(per_update.max(1)).take(updates);
        let more = if updates.len() > MAX_TERMS { " − …" } else { "" };
        let shown = updates.take(MAX_TERMS).map(|rows| {
            let column = |neuron: usize| rows.iter().map(move |row| row.deltas[layer][neuron]);
            let sum = |neuron: usize| column(neuron).fold(0.0, |sum, delta| sum + delta);
            let terms: Vec<f64> = match pass.run.bias_rule {
                BiasRule::OwnDelta | BiasRule::Frozen => column(neuron).collect(),
                BiasRule::LayerSum | BiasRule::SharedBias => {
                    (0..rows[0].deltas[layer].len()).map(sum).collect()
                }
            };
            let mean = match pass.hyperparameters.reduction {
                Reduction::Mean if rows.len() > 1 => format!("/{}", rows.len()),
                _ => String::new(),
            };
            format!(" − {eta}·({}){mean}", self.signed_terms(&terms, MAX_TERMS))
        });
        shown.collect::<String>() + more
    }

    /// The run's updates, its cost and accuracy over all rows, and its distance to the reference run.
    pub(super) fn numbers(&self, run: usize) -> Markup {
        let pass = &self.comparison.passes[run];
        let scenario = self.session.scenario();
        if let Some(divergence) = pass.divergence {
            return html! { p.diverged { (run_divergence_message(scenario, divergence)) } };
        }
        let (done, _, finished) = self.done();
        let reference = self.comparison.reference();
        let own_updates = pass.updates(done, finished);
        let updates = self.comparison.updates_before(scenario, run) + own_updates as u64;
        let (evaluation, when) = match self.session.evaluation_takes_too_long() {
            true => (self.comparison.before_epoch(scenario, run), " before this epoch"),
            false => (self.session.evaluation(run), ""),
        };
        let shown = |text: &dyn Fn(&Evaluation) -> String| evaluation.as_ref().map_or("…".to_owned(), text);
        let outputs = scenario.sizes[scenario.sizes.len() - 1];
        let reference_waits = self.comparison.passes[reference].updates(done, finished) == 0;
        html! {
            dl {
                dt { "updates" } dd { (updates) }
                dt { "mean cost of all rows" (when) }
                dd.y { (shown(&|evaluation| number(evaluation.cost_mean(), self.digits))) }
                @if scenario.has_classes() {
                    dt { "rows correct" }
                    dd {
                        (shown(&|evaluation| {
                            let percent = 100.0 * evaluation.accuracy();
                            format!("{} of {} ({percent:.1} %)", evaluation.correct_samples, evaluation.samples)
                        }))
                    }
                    dt { "outputs correct" }
                    dd {
                        (shown(&|evaluation| {
                            format!("{} of {}", evaluation.correct_outputs, evaluation.samples * outputs)
                        }))
                    }
                }
                @if run != reference {
                    dt { "distance to run " (reference + 1) }
                    dd {
                        (self.distance(run, reference, updates))
                        @if reference_waits && own_updates > 0 { "; run " (reference + 1) " has not updated yet" }
                    }
                }
            }
        }
    }

    /// ‖θ − θ′‖ to the reference run, and whether this many updates explain it by rounding.
    fn distance(&self, run: usize, reference: usize, updates: u64) -> String {
        let norm = self.comparison.passes[run].network().map_or(0.0, Network::norm);
        let rounding = f64::EPSILON * norm * updates.clamp(1, 1000) as f64;
        match self.comparison.distance(run, reference) {
            None => "–".to_owned(),
            Some(0.0) => "0 (identical)".to_owned(),
            Some(distance) if distance <= rounding => "≈ 0 (rounding)".to_owned(),
            Some(distance) => number(distance, self.digits),
        }
    }

    /// The caption of the button that freezes the parameters.
    pub(super) fn freeze_button(&self) -> Markup {
        html! { @if self.session.view_state().frozen { "Unfreeze parameters" } @else { "Freeze parameters" } }
    }
}

/// The rule as a formula.
fn in_symbols(symbol: &Markup, pass: &RunPass) -> Markup {
    if pass.run.bias_rule == BiasRule::Frozen {
        return html! { (symbol) " ← " (symbol) };
    }
    let (sum, when) = match (pass.run.updating, pass.hyperparameters.reduction) {
        (Updating::PerSample, _) => ("", "after each sample"),
        (_, Reduction::Sum) => ("Σ", "once for all samples i"),
        (_, Reduction::Mean) => ("1/M Σ", "once for all M samples i"),
    };
    let layer_sum = html! { "Σ" sub { "j" } " δ" sub { "j" } };
    html! {
        (symbol) " ← " (symbol) " − " (if pass.run.rate == Rate::EtaOverM { "(η/M)" } else { "η" }) " "
        @if !sum.is_empty() { (sum) sub { "i" } " " }
        span.delta {
            @match pass.run.bias_rule {
                BiasRule::OwnDelta | BiasRule::Frozen => "δ",
                BiasRule::LayerSum => (layer_sum),
                BiasRule::SharedBias => { "∂C/∂b, where ∂C/∂b = " (layer_sum) }
            }
        }
        ", " (when)
    }
}

/// The buttons that move a run forward and remove it.
fn buttons(run: usize, runs: usize) -> Markup {
    let number = run + 1;
    let value = json!({ "run": run });
    html! {
        span.run-buttons {
            @if run > 0 {
                button type="button" data-action="RunMoved" data-value=(value) id={ "move-run-" (run) }
                    title={ "move before run " (run) } aria-label={ "move run " (number) " before run " (run) }
                { "‹" }
            }
            @if runs > MIN_RUNS {
                button type="button" data-action="RunRemoved" data-value=(value) id={ "remove-run-" (run) }
                    title="remove" aria-label={ "remove run " (number) }
                { "×" }
            }
        }
    }
}

/// The three choices that define a run.
fn run_choices(run: usize, config: &RunConfig) -> Markup {
    let updating = Updating::ALL.map(|updating| {
        let text = match updating {
            Updating::PerSample => "after each sample",
            Updating::Sum => "once: the sum",
            Updating::Mean => "once: the mean",
            Updating::DuringBackward => "through updated weights (wrong)",
        };
        (updating.name(), text, updating == config.updating)
    });
    let bias_rule = BiasRule::ALL.map(|bias_rule| {
        let text = match bias_rule {
            BiasRule::OwnDelta => "own δ",
            BiasRule::LayerSum => "layer’s sum (wrong)",
            BiasRule::SharedBias => "shared bias",
            BiasRule::Frozen => "fixed",
        };
        (bias_rule.name(), text, bias_rule == config.bias_rule)
    });
    let rate = [(Rate::Eta, "η"), (Rate::EtaOverM, "η/M")]
        .map(|(rate, text)| (rate.name(), text, rate == config.rate));
    html! {
        div.choices {
            (select(run, "RunUpdatingChanged", "updating", "updates of run", &updating))
            (select(run, "RunBiasRuleChanged", "bias-rule", "bias rule of run", &bias_rule))
            (select(run, "RunRateChanged", "rate", "learning rate of run", &rate))
        }
    }
}

fn select(run: usize, action: &str, id: &str, label: &str, options: &[(&str, &str, bool)]) -> Markup {
    html! {
        select id={ (id) "-" (run) } data-action=(action) data-value=(json!({ "run": run }))
            aria-label={ (label) " " (run + 1) }
        {
            @for (value, text, selected) in options { option value=(value) selected[*selected] { (text) } }
        }
    }
}
