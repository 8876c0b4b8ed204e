//! The views as text: the output at known moments, and properties that hold at all moments.

use crate::sessions::{act, session, settle};
use deltascope::data::presets;

use deltascope::scenario::{Moment, Position, Scenario};
use deltascope::session::{Action, Direction, Edit, Item, Look, Navigate, Session, StepSize};
use deltascope::view::equation::Detail;
use deltascope::view::ledger::ledger;
use deltascope::view::{equation, format::number, inspector, narration, page::page, working};
use std::borrow::Cow;
use std::collections::BTreeSet;

fn go(session: &mut Session, moment: Moment) {
    let position = Position { moment, neuron: None, ..session.position() };
    act(session, Navigate::Jumped(position));
}

/// The text of some HTML, without tags.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text
}

/// HTML with one element a line.
pub(crate) fn indented(html: &str) -> String {
    const VOID: [&str; 2] = ["br", "input"];
    let (mut lines, mut depth, mut is_leaf) = (String::new(), 0, false);
    for piece in html.split('<').skip(1) {
        let closes = piece.starts_with('/');
        depth -= usize::from(closes);
        if !(closes && is_leaf) {
            lines += "\n";
            lines += &"  ".repeat(depth);
        }
        lines += "<";
        lines += piece;
        is_leaf = !closes && !VOID.contains(&piece.split([' ', '>']).next().unwrap());
        depth += usize::from(is_leaf);
    }
    lines
}

fn working_html(session: &Session, detail: Detail) -> String {
    equation::working(session, detail).into_string()
}

/// The results of the lines of working at this moment, for this neuron.
fn results(session: &mut Session, moment: Moment, layer: usize, neuron: usize) -> Vec<String> {
    act(session, Look::Selected(Some(Item::Neuron { layer, neuron })));
    go(session, moment);
    working::lines(session).into_iter().map(|line| line.result).collect()
}

/// The published number as the page should print it.
fn printed(published: &serde_json::Value, decimals: i32) -> String {
    let value = published.as_f64().unwrap();
    let digits = value.abs().log10().floor() as i32 + 1 + decimals;
    number(value, digits as usize)
}

/// The number as printed with so many decimals.
fn rounded(text: &str, decimals: usize) -> String {
    let value: f64 = text.replace('−', "-").parse().unwrap();
    format!("{value:.decimals$}").replace('-', "−")
}

fn published(id: &str) -> serde_json::Value {
    let all: serde_json::Value = serde_json::from_str(include_str!("../golden/published.json")).unwrap();
    all.as_array().unwrap().iter().find(|example| example["id"] == id).unwrap().clone()
}

fn check(example: &serde_json::Value, name: &str) -> serde_json::Value {
    let checks = example["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}"))["published"].clone()
}

#[test]
fn mazur_shows_the_published_numbers() {
    let mazur = published("mazur-2015");
    let mut session = session("mazur");
    act(&mut session, Look::DigitsChanged(12));
    let forward = |layer| Moment::Forward { sample: 0, layer };
    let delta = |layer| Moment::Delta { sample: 0, layer };

    let hidden = results(&mut session, forward(0), 0, 0);
    assert_eq!(rounded(&hidden[0], 4), printed(&check(&mazur, "net_h1"), 4));
    assert_eq!(rounded(&hidden[1], 9), printed(&check(&mazur, "out_h")[0], 9));
    let output = results(&mut session, forward(1), 1, 0);
    assert_eq!(rounded(&output[0], 9), printed(&check(&mazur, "net_o1"), 9));
    assert_eq!(rounded(&output[1], 8), printed(&check(&mazur, "out_o1"), 8));
    let cost = results(&mut session, Moment::Cost { sample: 0 }, 1, 0);
    assert_eq!(rounded(&cost[0], 9), printed(&check(&mazur, "E_total"), 9));
    // Equation (1): ∂E/∂out, ∂out/∂net and their product.
    let error = results(&mut session, delta(1), 1, 0);
    assert_eq!(rounded(&error[0], 8), printed(&check(&mazur, "dE/dout_o1"), 8));
    assert_eq!(rounded(&error[1], 9), printed(&check(&mazur, "dout_o1/dnet"), 9));
    assert_eq!(rounded(&error[2], 9), printed(&check(&mazur, "delta_o1"), 9));
    // Equation (2): the propagated error, and σ′.
    let back = results(&mut session, delta(0), 0, 0);
    assert_eq!(rounded(&back[0], 9), printed(&check(&mazur, "dE/dout_h1"), 9));
    assert_eq!(rounded(&back[1], 9), printed(&check(&mazur, "dout_h1/dnet"), 9));
    let w5 = results(&mut session, Moment::WeightGradient { sample: 0, layer: 1 }, 1, 0);
    assert_eq!(rounded(&w5[0], 9), printed(&check(&mazur, "dE/dw5"), 9));
    let w1 = results(&mut session, Moment::WeightGradient { sample: 0, layer: 0 }, 0, 0);
    assert_eq!(rounded(&w1[0], 9), printed(&check(&mazur, "dE/dw1"), 9));

    // With fixed biases: his w1–w8.
    act(&mut session, Edit::BiasRuleChanged(deltascope::nn::BiasRule::Frozen));
    let names = [["w1+", "w2+"], ["w3+", "w4+"], ["w5+", "w6+"], ["w7+", "w8+"]];
    for (index, names) in names.iter().enumerate() {
        let (layer, neuron) = (index / 2, index % 2);
        let lines = results(&mut session, Moment::Update { layer: layer as u32 }, layer, neuron);
        for (line, name) in lines[lines.len() - 2..].iter().zip(names) {
            let after = line.split(' ').next().unwrap();
            let decimals = if ["w5+", "w2+", "w3+", "w4+"].contains(name) { 8 } else { 9 };
            assert_eq!(rounded(after, decimals), printed(&check(&mazur, name), decimals as i32), "{name}");
        }
    }
}

#[test]
fn han_and_kamber_shows_the_published_numbers() {
    let example = published("han-kamber-9.1");
    let mut session = session("han-kamber");
    act(&mut session, Look::DigitsChanged(12));
    let after = |session: &mut Session, layer: usize, neuron: usize| {
        let lines = results(session, Moment::Update { layer: layer as u32 }, layer, neuron);
        let after = lines
            .iter()
            .filter(|line| line.contains(' '))
            .map(|line| line.split(' ').next().unwrap().to_owned());
        after.collect::<Vec<_>>()
    };
    let hidden_4 = after(&mut session, 0, 0);
    assert_eq!(rounded(&hidden_4[0], 3), printed(&check(&example, "theta4,theta5")[0], 3));
    let weights = check(&example, "w14,w24,w34");
    for source in 0..3 {
        assert_eq!(rounded(&hidden_4[1 + source], 3), rounded(&weights[source].to_string(), 3));
    }
    let hidden_5 = after(&mut session, 0, 1);
    assert_eq!(rounded(&hidden_5[0], 3), printed(&check(&example, "theta4,theta5")[1], 3));
    let output = after(&mut session, 1, 0);
    assert_eq!(rounded(&output[0], 3), printed(&check(&example, "theta6"), 3));
    assert_eq!(rounded(&output[1], 3), printed(&check(&example, "w46,w56")[0], 3));
    assert_eq!(rounded(&output[2], 3), printed(&check(&example, "w46,w56")[1], 3));
}

#[test]
fn the_current_equation_shows_symbols_numbers_and_result() {
    let mut session = session("mazur");
    act(&mut session, Look::Selected(Some(Item::Neuron { layer: 0, neuron: 0 })));
    go(&mut session, Moment::Delta { sample: 0, layer: 0 });
    insta::assert_snapshot!("equation_2_of_mazur", indented(&working_html(&session, Detail::Full)));
}

#[test]
fn sentences_of_all_moments() {
    let mut session = session("mazur");
    let mut sentences = String::new();
    while session.updates() == 0 {
        sentences += &narration::sentence(&session);
        sentences += "\n";
        act(&mut session, Navigate::Stepped { by: StepSize::Neuron, direction: Direction::Forward });
    }
    insta::assert_snapshot!("sentences_of_mazur", sentences);
}

#[test]
fn no_page_of_any_preset_shows_nan_or_minus_zero() {
    for preset in presets() {
        let mut session = Session::new(preset.scenario().unwrap()).unwrap();
        for by in [StepSize::Equation, StepSize::Sample, StepSize::Neuron] {
            for _ in 0..30 {
                act(&mut session, Navigate::Stepped { by, direction: Direction::Forward });
                for (id, html) in page(&session, Detail::Full).fragments {
                    let text = text(&html.replace("<mo>−</mo>", " minus "));
                    assert!(!text.contains("NaN") && !text.contains("inf "), "{} {id}: {text}", preset.id);
                    let minus_zero = text.match_indices("−0").any(|(at, _)| {
                        !text[at + "−0".len()..].starts_with(|c: char| c == '.' || c.is_ascii_digit())
                    });
                    assert!(!minus_zero, "{} {id}: {text}", preset.id);
                }
            }
        }
    }
}

#[test]
fn text_from_files_is_escaped() {
    let evil = "<img src=x onerror=alert(1)>\"'&";
    let mut scenario = presets()[0].scenario().unwrap();
    scenario.title = evil.into();
    scenario.note = evil.into();
    let data = std::sync::Arc::make_mut(&mut scenario.data);
    data.inputs[0] = evil.into();
    data.targets[0] = evil.into();
    let mut session = Session::new(scenario).unwrap();
    for item in [Item::Input { source: 0 }, Item::Neuron { layer: 0, neuron: 0 }] {
        act(&mut session, Look::Selected(Some(item)));
        assert!(inspector::inspector(&session).fragments[0].1.contains("&lt;img"));
        let page = page(&session, Detail::Full);
        for (id, html) in page.fragments {
            assert!(!html.contains("<img"), "{id}");
        }
    }
}

/// The start tags with this attribute.
fn tags_with<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let tags = html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap());
    tags.filter(|tag| tag.contains(&format!("{attribute}=\""))).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    for quote in ['"', '\''] {
        if let Some((_, rest)) = tag.split_once(&format!(" {name}={quote}")) {
            let value = rest.split(quote).next().unwrap();
            return Some(value.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"));
        }
    }
    None
}

/// The actions that `valueOf` in `main.js` makes from each control, one for each value that the control can have.
/// `fields` holds the values that are set separately.
fn actions_of(html: &str, fields: &[(Cow<'static, str>, String)]) -> Vec<serde_json::Value> {
    let mut actions = Vec::new();
    for tag in tags_with(html, "data-action") {
        let name = attribute(tag, "data-action").unwrap();
        let said: Option<serde_json::Value> =
            attribute(tag, "data-value").map(|value| serde_json::from_str(&value).unwrap());
        let own: Vec<serde_json::Value> = if tag.starts_with("button") {
            vec![serde_json::Value::Null]
        } else if tag.starts_with("select") {
            let after = &html[html.find(tag).unwrap()..];
            let options = after.split("</select>").next().unwrap();
            tags_with(options, "value")
                .iter()
                .map(|option| attribute(option, "value").unwrap().into())
                .collect()
        } else if tag.contains("checkbox") {
            vec![true.into(), false.into()]
        } else {
            let field = fields.iter().find(|field| attribute(tag, "id").as_deref() == Some(&*field.0));
            let value = attribute(tag, "value").or(field.map(|field| field.1.clone()));
            vec![value.unwrap_or_else(|| panic!("{tag} has no value")).into()]
        };
        for own in own {
            let value = match (&said, own.is_null()) {
                (Some(said), true) => said.clone(),
                (Some(said), false) => {
                    let mut value = said.clone();
                    value["to"] = own;
                    value
                }
                (None, _) => own,
            };
            actions.push(serde_json::json!({ "type": name, "value": value }));
        }
    }
    actions
}

/// The actions of the controls of the page, with those of each preset.
const ACTIONS: &str = "
    AccuracyLimitChanged ActivationChanged AxisChanged BatchSizeChanged BiasRuleChanged
    Cancelled CostChanged CostLimitChanged DigitsChanged EpochChosen EpochLimitChanged FiniteStateRestored
    FreezeToggled GradientCheckToggled JumpedToStart LayerAdded LayerRemoved LayerSizeChanged
    LearningRateChanged MapOfSelectedToggled MomentChosen ParameterEdited PlaySpeedChanged PlayStepChanged PlayToggled Redo
    ReductionChanged ReductionSwitched RowSumToggled RunBiasRuleChanged RunMoved RunRateChanged RunRemoved
    RunUpdatingChanged Scrubbed SeedChanged Selected ShuffleChanged ShuffleSeedChanged SpeedLimitChanged
    SplitSeedChanged StandardiseChanged Stepped TargetEdited TrainingStopped TrainingToggled Undo
    ValidationShareChanged ViewChanged
";

#[test]
fn every_control_of_the_page_parses_as_an_action() {
    let mut actions = actions_of(include_str!("../../index.html"), &[]);
    for preset in presets() {
        let mut session = Session::new(preset.scenario().unwrap()).unwrap();
        act(&mut session, Look::RowSumToggled(None));
        act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
        let page = page(&session, Detail::Full);
        actions.extend(page.fragments.iter().flat_map(|(_, html)| actions_of(html, &page.fields)));
    }
    let names: BTreeSet<&str> = actions.iter().map(|action| action["type"].as_str().unwrap()).collect();
    let found = names.into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(found, ACTIONS.split_whitespace().collect::<Vec<_>>().join(" "));
    for action in actions {
        let name = action["type"].clone();
        action.to_string().parse::<Action>().unwrap_or_else(|error| panic!("{name}: {error}: {action}"));
    }
}

#[test]
fn every_element_id_exists_in_the_page() {
    for preset in ["iris", "compare-iris"] {
        let page = page(&session(preset), Detail::Full);
        let containers = ["moments", "selected", "selected-weights", "runs"];
        let holds = |id: &str| containers.contains(&id) || id.ends_with("-ledger");
        let written = page.fragments.iter().filter(|fragment| holds(&fragment.0));
        let html =
            written.fold(include_str!("../../index.html").to_owned(), |html, fragment| html + &fragment.1);
        let ids = page.fragments.iter().chain(&page.fields).map(|(id, _)| &**id);
        for id in ids.chain(page.attributes.iter().map(|attribute| &*attribute.0)) {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
}

#[test]
fn a_saved_and_reopened_session_shows_the_same_page() {
    let mut one = session("iris");
    for _ in 0..3 {
        act(&mut one, Navigate::Stepped { by: StepSize::Epoch, direction: Direction::Forward });
    }
    act(&mut one, Navigate::Stepped { by: StepSize::Neuron, direction: Direction::Forward });
    let saved = one.to_scenario().to_json();
    let mut other = Session::new(Scenario::from_json(&saved).unwrap()).unwrap();
    settle(&mut other);
    assert_eq!(working_html(&other, Detail::Full), working_html(&one, Detail::Full));
    assert_eq!(ledger(&other), ledger(&one));
}

#[test]
fn the_style_sheet_has_the_colours_of_the_palettes() {
    use deltascope::view::theme::Palette;
    let css = include_str!("../../www/style.css");
    let (light, rest) = css.split_once(":root[data-theme=\"dark\"]").unwrap();
    let dark = rest.split('}').next().unwrap();
    for (sheet, palette) in [(light, Palette::light()), (dark, Palette::dark())] {
        for (name, colour) in palette.css_variables() {
            assert!(sheet.contains(&format!("{name}: {colour};")), "{name}: {colour}");
        }
    }
}

#[test]
fn a_long_sum_is_brief_or_full() {
    let mut digits = session("digits");
    go(&mut digits, Moment::Forward { sample: 0, layer: 0 });
    let terms = |session: &Session, detail| working_html(session, detail).matches("class=\"term\"").count();
    assert!(equation::has_long_line(&digits));
    assert_eq!(terms(&digits, Detail::Full), 64 + 1 + 1);
    assert_eq!(terms(&digits, Detail::Brief), 12 + 1);
    let mazur = session("mazur");
    assert!(!equation::has_long_line(&mazur));
    assert_eq!(working_html(&mazur, Detail::Brief), working_html(&mazur, Detail::Full));
}
