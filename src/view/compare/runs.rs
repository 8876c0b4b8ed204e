//! A run's frame: its rule in words and as a formula with the numbers put in, its controls, its numbers.

use super::Scene;
use crate::json::numbers;
use crate::nn::{BiasRule, Network, Parameter, Reduction};
use crate::scenario::{MAX_RUNS, MIN_RUNS, Rate, RunConfig, Scenario, Updating};
use crate::session::{Item, RunDivergence, RunPass};
use crate::view::format::{number, signed, typed};
use crate::view::html::{action, escape};
use crate::view::mathml::{math, symbol_as};
use std::fmt::Write;

/// Terms of a formula beyond this are left out.
const TERMS: usize = 4;

/// The runs of the list from which one is added: the story's, in its order.
const LIST: [RunConfig; 9] = {
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
        RunConfig::new(Updating::Sequential),
    ]
};

/// A run's rule in words.
///
/// ```
/// use deltascope::nn::BiasRule;
/// use deltascope::scenario::{RunConfig, Updating};
/// use deltascope::view::compare::name;
///
/// let wrong = RunConfig::new(Updating::Sum).with(BiasRule::LayerSum);
/// assert_eq!(name(&wrong), "Mini-batch, sum; b by the layer’s Σδ (wrong)");
/// ```
pub fn name(run: &RunConfig) -> String {
    let updating = match run.updating {
        Updating::PerSample => "After each sample",
        Updating::Sum => "Mini-batch, sum",
        Updating::Mean => "Mini-batch, mean",
        Updating::Sequential => "Layer by layer, new weights on the way back (wrong)",
    };
    let rule = match run.bias_rule {
        BiasRule::OwnDelta => "",
        BiasRule::LayerSum => "; b by the layer’s Σδ (wrong)",
        BiasRule::SharedBias => "; one shared b",
        BiasRule::Frozen => "; b frozen",
    };
    let rate = if run.rate == Rate::EtaOverM { "; η/M" } else { "" };
    format!("{updating}{rule}{rate}")
}

/// When and why a run left the finite numbers, in a sentence.
pub fn one_line(scenario: &Scenario, RunDivergence { mini_batch, what }: RunDivergence) -> String {
    let mini_batches = scenario.mini_batches() as u64;
    format!(
        "Diverged: in epoch {}, mini-batch {}, {what} grew beyond all numbers at η = {}. Step back to see it before.",
        mini_batch / mini_batches + 1,
        mini_batch % mini_batches + 1,
        typed(scenario.hyperparameters.learning_rate),
    )
}

impl Scene<'_> {
    /// The frames of all runs, to be filled: they change only when a run does.
    pub(super) fn frames(&self) -> String {
        let passes = self.comparison.passes();
        let reference = self.comparison.reference();
        let mut html = String::new();
        for (run, pass) in passes.iter().enumerate() {
            let number = run + 1;
            let note = if run == reference { " <small>the others are compared with it</small>" } else { "" };
            // Writing to a string cannot fail, here and below.
            let _ = write!(
                html,
                "<article class=\"lane\" aria-labelledby=\"lane-{run}-name\"><header>\
                 <span class=\"swatch lane-{number}\" aria-hidden=\"true\"></span>\
                 <h3 id=\"lane-{run}-name\">{number}. {}{note}</h3>{}</header>{}\
                 <div class=\"formula\" id=\"lane-{run}-formula\"></div>\
                 <div class=\"numbers\" id=\"lane-{run}-numbers\"></div>\
                 <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"ledger of lane {number}\">\
                 <table class=\"rows\" id=\"lane-{run}-ledger\"></table></div></article>",
                escape(name(&pass.run)),
                buttons(run, passes.len()),
                controls(run, &pass.run),
            );
        }
        html
    }

    /// The list from which a run is added.
    pub(super) fn run_choice(&self) -> String {
        let passes = self.comparison.passes();
        if passes.len() >= MAX_RUNS {
            return format!("<option value=\"\">{MAX_RUNS} lanes are the most</option>");
        }
        let mut html = String::from("<option value=\"\">add a lane …</option>");
        for run in LIST.iter().filter(|run| !passes.iter().any(|pass| pass.run == **run)) {
            let value = serde_json::to_string(run).unwrap_or_default();
            let _ = write!(html, "<option value=\"{}\">{}</option>", escape(value), escape(name(run)));
        }
        html
    }

    /// The update of the chosen neuron's bias, in symbols and in numbers.
    pub(super) fn formula(&self, run: usize) -> String {
        let pass = &self.comparison.passes()[run];
        let (layer, neuron) = self.chosen();
        let bias = Parameter::Bias { layer, neuron };
        let symbol = math(&symbol_as(Item::Bias { layer, neuron }, false));
        let mut html = format!("<p class=\"symbols\">{}</p>", in_symbols(&symbol, pass));
        if pass.run.updating == Updating::Sequential {
            html.push_str(
                "<p>On the way back each δ comes through weights that have already moved: of no cost the gradient.</p>",
            );
        }
        if self.session.view_state().frozen {
            return html + "<p>The parameters are frozen: no row moves them.</p>";
        }
        let (Some(before), Some(visible)) = (pass.before(), pass.current()) else { return html };
        let value =
            |number_of: Option<f64>| number_of.map_or("–".into(), |value| number(value, self.digits));
        let (done, samples, finished) = self.done();
        let made = pass.updates(done, finished);
        let text = if pass.run.bias_rule == BiasRule::Frozen {
            format!("{symbol} stays {}", value(visible.get(bias)))
        } else if made == 0 {
            let waits = match pass.run.updating {
                Updating::PerSample => "moves after the first sample".to_owned(),
                _ if samples == 1 => "moves once the sample is done".to_owned(),
                _ => format!("moves once all {samples} samples are done"),
            };
            format!("{symbol} = {}; it {waits}", value(before.get(bias)))
        } else {
            format!(
                "{}{} = {}",
                value(before.get(bias)),
                self.steps(pass, layer, neuron, made),
                value(visible.get(bias))
            )
        };
        let _ = write!(html, "<p class=\"in-numbers\">{text}</p>");
        html
    }

    /// "− 0.5·(+0.125) − 0.5·(−0.130)": the steps that a bias has made, each with what it was made of.
    fn steps(&self, pass: &RunPass, layer: usize, neuron: usize, made: usize) -> String {
        let eta = typed(pass.hyperparameters.learning_rate);
        let per_update = if pass.run.updating == Updating::PerSample { 1 } else { pass.rows.len() };
        let updates = pass.rows.chunks(per_update.max(1)).take(made);
        let count = updates.len();
        let mut text = String::new();
        for rows in updates.take(TERMS) {
            let column = |neuron: usize| rows.iter().map(move |row| row.deltas[layer][neuron]);
            let sum = |neuron: usize| column(neuron).fold(0.0, |sum, delta| sum + delta);
            let terms: Vec<f64> = match pass.run.bias_rule {
                BiasRule::OwnDelta | BiasRule::Frozen => column(neuron).collect(),
                BiasRule::LayerSum | BiasRule::SharedBias => {
                    (0..rows[0].deltas[layer].len()).map(sum).collect()
                }
            };
            let shown: Vec<_> = terms.iter().take(TERMS).map(|term| signed(*term, self.digits)).collect();
            let more = if terms.len() > TERMS { " …" } else { "" };
            let over = match pass.hyperparameters.reduction {
                Reduction::Mean if rows.len() > 1 => format!("/{}", rows.len()),
                _ => String::new(),
            };
            let _ = write!(text, " − {eta}·({}{more}){over}", shown.join(" "));
        }
        if count > TERMS {
            text.push_str(" − …");
        }
        text
    }

    /// Where the run is: updates, cost and accuracy over all rows, and the distance to the reference.
    pub(super) fn numbers(&self, run: usize) -> String {
        let pass = &self.comparison.passes()[run];
        let scenario = self.session.scenario();
        if let Some(divergence) = pass.divergence {
            return format!("<p class=\"diverged\">{}</p>", escape(one_line(scenario, divergence)));
        }
        let (done, _, finished) = self.done();
        let updates = self.comparison.updates_before(scenario, run) + pass.updates(done, finished) as u64;
        let mut html = format!("<dl><dt>updates</dt><dd>{updates}</dd>");
        let (found, when) = match self.session.evaluation_takes_too_long() {
            true => (self.comparison.before_epoch(scenario, run), " before this epoch"),
            false => (self.session.evaluation(run), ""),
        };
        let cost = found.map_or("…".into(), |found| number(found.cost_mean(), self.digits));
        let _ = write!(html, "<dt>cost, all rows{when}</dt><dd class=\"y\">{cost}</dd>");
        if scenario.has_classes() {
            let outputs = scenario.sizes[scenario.sizes.len() - 1];
            let right = found.map_or("…".into(), |found| {
                format!("{} of {} ({:.1} %)", found.samples_right, found.samples, 100.0 * found.accuracy())
            });
            let _ = write!(html, "<dt>rows right</dt><dd>{right}</dd>");
            let bits = found.map_or("…".into(), |found| {
                format!("{} of {}", found.outputs_right, found.samples * outputs)
            });
            let _ = write!(html, "<dt>outputs right</dt><dd>{bits}</dd>");
        }
        let reference = self.comparison.reference();
        if run != reference {
            let mut apart = self.apart(run, reference, updates);
            let waits = self.comparison.passes()[reference].updates(done, finished) == 0;
            if waits && pass.updates(done, finished) > 0 {
                let _ = write!(apart, "; lane {} has yet to move", reference + 1);
            }
            let _ = write!(html, "<dt>distance to lane {}</dt><dd>{apart}</dd>", reference + 1);
        }
        html + "</dl>"
    }

    /// ‖θ − θ′‖ from the reference run; whether it is more than rounding, which so many updates may add up to.
    fn apart(&self, run: usize, reference: usize, updates: u64) -> String {
        let norm = self.comparison.passes()[run].current().map_or(0.0, Network::norm);
        let rounding = f64::EPSILON * norm * updates.clamp(1, 1000) as f64;
        match self.comparison.distance(run, reference) {
            None => "–".to_owned(),
            Some(0.0) => "0: the same parameters".to_owned(),
            Some(distance) if distance <= rounding => format!("{}: mere rounding", number(distance, 2)),
            Some(distance) => number(distance, self.digits),
        }
    }

    /// What freezing does, as the caption of its button.
    pub(super) fn frozen(&self) -> String {
        match self.session.view_state().frozen {
            true => "Let the parameters move again".to_owned(),
            false => "Freeze the parameters".to_owned(),
        }
    }
}

/// The rule as a formula.
fn in_symbols(symbol: &str, pass: &RunPass) -> String {
    let eta = if pass.run.rate == Rate::EtaOverM { "(η/M)" } else { "η" };
    let delta = match pass.run.bias_rule {
        BiasRule::OwnDelta => "δ",
        BiasRule::LayerSum => "Σ<sub>j</sub> δ<sub>j</sub>",
        BiasRule::SharedBias => "∂C/∂b, where ∂C/∂b = Σ<sub>j</sub> δ<sub>j</sub>",
        BiasRule::Frozen => return format!("{symbol} ← {symbol}"),
    };
    let (over, when) = match (pass.run.updating, pass.hyperparameters.reduction) {
        (Updating::PerSample, _) => ("", ", after each sample"),
        (_, Reduction::Sum) => ("Σ<sub>i</sub> ", ", once for all samples i"),
        (_, Reduction::Mean) => ("1/M Σ<sub>i</sub> ", ", once for all M samples i"),
    };
    format!("{symbol} ← {symbol} − {eta} {over}<span class=\"delta\">{delta}</span>{when}")
}

/// To move a run to the front and to take it out.
fn buttons(run: usize, runs: usize) -> String {
    let number = run + 1;
    let mut html = String::from("<span class=\"lane-buttons\">");
    if run > 0 {
        let _ = write!(
            html,
            "<button type=\"button\" {} id=\"move-lane-{run}\" title=\"move it before lane {run}\" \
             aria-label=\"move lane {number} before lane {run}\">‹</button>",
            action("RunMoved", numbers(&[("lane", run)])),
        );
    }
    if runs > MIN_RUNS {
        let _ = write!(
            html,
            "<button type=\"button\" {} id=\"remove-lane-{run}\" title=\"take it out\" \
             aria-label=\"take lane {number} out\">×</button>",
            action("RunRemoved", numbers(&[("lane", run)])),
        );
    }
    html + "</span>"
}

/// The three choices that make a run.
fn controls(run: usize, rule: &RunConfig) -> String {
    let updating = Updating::ALL.map(|updating| {
        let text = match updating {
            Updating::PerSample => "after each sample",
            Updating::Sum => "once: the sum",
            Updating::Mean => "once: the mean",
            Updating::Sequential => "layer by layer (wrong)",
        };
        (updating.name(), text, updating == rule.updating)
    });
    let bias_rule = BiasRule::ALL.map(|bias_rule| {
        let text = match bias_rule {
            BiasRule::OwnDelta => "own δ",
            BiasRule::LayerSum => "Σδ (wrong)",
            BiasRule::SharedBias => "shared b",
            BiasRule::Frozen => "b frozen",
        };
        (bias_rule.name(), text, bias_rule == rule.bias_rule)
    });
    let rate = [(Rate::Eta, "η"), (Rate::EtaOverM, "η/M")]
        .map(|(rate, text)| (rate.name(), text, rate == rule.rate));
    format!(
        "<div class=\"choices\">{}{}{}</div>",
        select(run, "RunUpdatingChanged", "updating", "how lane updates", &updating),
        select(run, "RunBiasRuleChanged", "bias-rule", "what moves the biases of lane", &bias_rule),
        select(run, "RunRateChanged", "rate", "the learning rate of lane", &rate),
    )
}

fn select(run: usize, name: &str, id: &str, label: &str, options: &[(&str, &str, bool)]) -> String {
    let mut html = format!(
        "<select id=\"{id}-{run}\" {} aria-label=\"{label} {}\">",
        action(name, numbers(&[("lane", run)])),
        run + 1,
    );
    for (value, text, selected) in options {
        let selected = if *selected { " selected" } else { "" };
        let _ = write!(html, "<option value=\"{value}\"{selected}>{text}</option>");
    }
    html + "</select>"
}
